using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Decides the answers of one identity, for all resources at once. Remembers them, because many requests may get the same answers.</summary>
internal sealed class AnswerSplit(IdentityIndex[] sides, Slice slice, SelectorAtoms selectors, ResourceAtoms resources, Budget budget)
{
    // A comparison does not need to know the rules, and a separate cell for each rule would multiply its cells.
    private readonly bool _isByRule = sides.Length == 1 || sides.Any(static side => side.Standing.IsGoal);
    private readonly Dictionary<string, List<AnswerAtoms>> _known = new(StringComparer.Ordinal);

    /// <summary>The answers by outcome.</summary>
    public List<AnswerAtoms> Of(string clientId)
    {
        if (!_known.TryGetValue(clientId, out var answers))
        {
            _known[clientId] = answers = Split(clientId);
        }

        return answers;
    }

    private List<AnswerAtoms> Split(string clientId)
    {
        var terms = sides.Select(side => new ResourceIndex(side.AllowsOf(clientId), side.DeniesOf(clientId), slice == Slice.Certificate)).ToArray();
        var atoms = slice == Slice.Certificate
            ? [ResourceAtom.None]
            : resources.Of(
                terms.SelectMany(static side => side.Allows).SelectMany(static allow => allow.Resources),
                terms.SelectMany(static side => side.Denies).SelectMany(static deny => deny.Resources));
        budget.Spend(Budget.Split + atoms.Count + terms.Sum(static side => side.Allows.Count + side.Denies.Count));
        var audiences = terms.SelectMany(static side => side.Audiences).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var answers = new List<AnswerAtoms>();
        foreach (var resourceId in ResourceIdsOf(clientId))
        {
            foreach (var audience in audiences.Prepend(null))
            {
                AddGroups(answers, terms, atoms, clientId, audience, resourceId);
            }
        }

        return answers;
    }

    private void AddGroups(
        List<AnswerAtoms> answers, ResourceIndex[] terms, List<ResourceAtom> atoms, string clientId, string? audience, string? resourceId)
    {
        var groups = new OrderedDictionary<string, List<ResourceAtom>>(StringComparer.Ordinal);
        var examples = new List<(ImmutableArray<Outcome> Outcomes, ImmutableArray<string?> Rules)>();
        foreach (var atom in atoms)
        {
            budget.Spend(1);
            var decisions = Enumerable.Range(0, sides.Length).Select(side => Decide(terms[side], side, clientId, atom, audience, resourceId)).ToList();
            var key = string.Join('\n', decisions.Select(decision => $"{(int)decision.Outcome}{(_isByRule ? decision.Rule : "")}"));
            if (!groups.TryGetValue(key, out var same))
            {
                groups.Add(key, same = []);
                examples.Add(([.. decisions.Select(static decision => decision.Outcome)], [.. decisions.Select(static decision => decision.Rule)]));
            }

            same.Add(atom);
        }

        foreach (var ((_, same), example) in groups.Zip(examples))
        {
            answers.Add(new AnswerAtoms(clientId, same, audience, resourceId, example.Outcomes, example.Rules));
        }
    }

    private (Outcome Outcome, string? Rule) Decide(
        ResourceIndex terms, int side, string clientId, ResourceAtom resource, string? audience, string? resourceId)
    {
        var standing = sides[side].Standing;
        if (DenyOutcome.Of(terms.DeniesOf(resource, audience)) is { } denied)
        {
            return (standing.IsGoal ? Outcome.Denied : denied, null);
        }

        if (standing.IsGoal)
        {
            return (Outcome.Permitted, null);
        }

        string? rule = null;
        foreach (var allow in terms.AllowsOf(resource))
        {
            budget.Spend(1);
            rule = rule is null || string.CompareOrdinal(allow.Rule, rule) < 0 ? allow.Rule : rule;
        }

        return standing.Mode == PolicyMode.Audit ? (Outcome.Permitted, rule)
            : rule is null || Contradicts(side, clientId, resourceId) ? (Outcome.Denied, null)
            : (Outcome.Permitted, rule);
    }

    private bool Contradicts(int side, string clientId, string? resourceId) =>
        resourceId is not null
        && selectors.ResourceIdOf(side, clientId) is { } known
        && !known.Equals(resourceId, StringComparison.OrdinalIgnoreCase);

    // A token may name its identity's resource id. That matters only where the policies know different ones, or one knows none.
    private IEnumerable<string?> ResourceIdsOf(string clientId)
    {
        yield return null;
        if (selectors.Differing.Contains(clientId))
        {
            foreach (var known in Enumerable.Range(0, sides.Length).Select(side => selectors.ResourceIdOf(side, clientId)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
            {
                yield return known;
            }

            yield return SelectorAtoms.UnmentionedResourceId;
        }
    }
}
