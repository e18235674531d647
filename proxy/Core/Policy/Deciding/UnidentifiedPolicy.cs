using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// Decides for a caller that is not a known pod. Enforce mode denies it. Audit mode lets it through, unless a rule that is
/// enforced even in audit mode could apply: the proxy cannot rule out that the caller is one of that rule's workloads.
/// </summary>
internal sealed class UnidentifiedPolicy
{
    private readonly ImmutableArray<CompiledDeny> _enforcedDenies;

    private UnidentifiedPolicy(PolicyMode mode, ImmutableArray<CompiledDeny> enforcedDenies)
    {
        Mode = mode;
        _enforcedDenies = enforcedDenies;
    }

    /// <summary>Audit mode only if every caller is in audit mode.</summary>
    public PolicyMode Mode { get; }

    /// <summary>The policy for addresses of no known pod.</summary>
    public static UnidentifiedPolicy Of(PolicyDocument document, ImmutableArray<CompiledRule> rules)
    {
        ImmutableArray<CompiledDeny> denies = [.. rules.Where(static rule => rule.Source.Mode == PolicyMode.Enforce).SelectMany(static rule => rule.Denies)];
        return new UnidentifiedPolicy(
            document.Mode == PolicyMode.Audit && document.ModeExceptions.IsDefaultOrEmpty ? PolicyMode.Audit : PolicyMode.Enforce,
            denies.Sort(CompiledDeny.Louder));
    }

    /// <summary>The policy for sockets in the node's network that belong to no known pod.</summary>
    public static UnidentifiedPolicy OnHost(PolicyDocument document, ImmutableArray<CompiledRule> rules) =>
        document.HostNetwork.MayEnforce ? Of(document, rules) : new UnidentifiedPolicy(PolicyMode.Audit, []);

    public Decision Decide(Caller caller, in Question question)
    {
        var reason = ReasonOf(caller);
        var denial = new Denial(caller, question.Request, reason, null, Mode);
        if (Mode == PolicyMode.Enforce)
        {
            return denial;
        }

        foreach (var deny in _enforcedDenies)
        {
            if (deny.MatchPath(question.Request) == MatchResult.Match && deny.MatchDetails(question) == MatchResult.Match)
            {
                return new Denial(caller, question.Request, reason, deny.Rule.Name, PolicyMode.Enforce, deny.Source.Quiet);
            }
        }

        return new Permit(caller, question.Request, null, Mode, denial);
    }

    /// <summary>The denial of a probe. An unidentified caller is allowed nothing on any path.</summary>
    public Denial DecideProbe(Caller caller, ImdsRequest request) => new(caller, request, ReasonOf(caller), null, Mode);

    private static Reason ReasonOf(Caller caller) => caller switch
    {
        Caller.Node => Reason.CallerIsNode,
        Caller.Ambiguous => Reason.CallerAmbiguous,
        _ => Reason.CallerUnknown,
    };
}
