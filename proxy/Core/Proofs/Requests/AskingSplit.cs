using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Decides requests for a credential before they are sent, for all resources at once.</summary>
internal sealed class AskingSplit(IdentityIndex[] sides, Slice slice, ResourceAtoms resources, Budget budget)
{
    /// <summary>The resources by decision.</summary>
    public IEnumerable<AskedAtoms> Of(SelectorAtom selector)
    {
        var terms = new ResourceIndex[sides.Length];
        for (var side = 0; side < sides.Length; side++)
        {
            terms[side] = TermsOf(sides[side], selector, side);
            budget.Spend(Budget.Split + terms[side].Allows.Count + terms[side].Denies.Count);
        }

        var groups = new OrderedDictionary<ImmutableArray<AskedDecision>, List<ResourceAtom>>(Decisions.Comparer);
        foreach (var resource in Resources(terms))
        {
            ImmutableArray<AskedDecision> decisions = [.. Enumerable.Range(0, sides.Length).Select(side => Decide(sides[side], terms[side], selector, side, resource))];
            if (!groups.TryGetValue(decisions, out var same))
            {
                groups.Add(decisions, same = []);
            }

            same.Add(resource);
        }

        return groups.Select(static group => new AskedAtoms(group.Value, group.Key));
    }

    private ResourceIndex TermsOf(IdentityIndex side, SelectorAtom selector, int index)
    {
        var clientId = selector.ClientId(index);
        return new ResourceIndex(
            selector.IsNone ? side.Allows : side.AllowsOf(clientId),
            side.Standing.IsGoal ? [] : side.DeniesOf(clientId),
            slice == Slice.Certificate);
    }

    // A certificate has no resource. A token request may name no resource; only "*" allows that. Denies of identities that may be pinned
    // count as well.
    private IEnumerable<ResourceAtom> Resources(ResourceIndex[] terms)
    {
        if (slice == Slice.Certificate)
        {
            return [ResourceAtom.None];
        }

        var pinned = terms.SelectMany((side, index) => PinnedDenies(side, sides[index]));
        var atoms = resources.Of(
            terms.SelectMany(static side => side.Allows).SelectMany(static allow => allow.Resources),
            terms.SelectMany(static side => side.Denies).Concat(pinned).SelectMany(static deny => deny.Resources));
        budget.Spend(atoms.Count);
        return atoms.Append(ResourceAtom.None);
    }

    private static IEnumerable<DenyTerm> PinnedDenies(ResourceIndex terms, IdentityIndex side) =>
        terms.Allows.Select(static allow => allow.Pin).OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(side.DeniesOf);

    private AskedDecision Decide(IdentityIndex side, ResourceIndex terms, SelectorAtom selector, int index, ResourceAtom resource)
    {
        if (side.Standing.IsGoal)
        {
            return AskedDecision.Free;
        }

        if (DenyOutcome.Of(terms.DeniesOf(resource)) is { } denied)
        {
            return new AskedDecision(denied, null);
        }

        if (side.Standing.Mode == PolicyMode.Audit)
        {
            return AskedDecision.Free;
        }

        var (isAllowed, isAmbiguous, pin) = (false, false, (string?)null);
        foreach (var allow in terms.AllowsOf(resource))
        {
            budget.Spend(1);
            isAllowed = true;
            isAmbiguous |= allow.Pin is not null && pin is not null && allow.Pin != pin;
            pin ??= allow.Pin;
        }

        if (!isAllowed)
        {
            return new AskedDecision(Outcome.Denied, null);
        }

        return !selector.IsNone || pin is null ? new AskedDecision(Outcome.Permitted, selector.ClientId(index))
            : isAmbiguous ? new AskedDecision(Outcome.Denied, null)
            : Pinned(side, pin, resource);
    }

    // The denies decide again now that the request has an identity.
    private AskedDecision Pinned(IdentityIndex side, string pin, ResourceAtom resource)
    {
        var denies = new ResourceIndex([], side.DeniesOf(pin), slice == Slice.Certificate);
        budget.Spend(denies.Denies.Count + 1);
        return DenyOutcome.Of(denies.DeniesOf(resource)) is { } denied ? new AskedDecision(denied, null) : new AskedDecision(Outcome.Permitted, pin);
    }
}
