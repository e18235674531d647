using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Proofs;

/// <summary>A policy under an assumption, with the decider that confirms each witness.</summary>
internal sealed class PolicySide
{
    private PolicySide(PolicyDocument document)
    {
        Document = document;
        Decider = PolicySnapshot.Compile(document);
    }

    public PolicyDocument Document { get; }

    public PolicySnapshot Decider { get; }

    public static PolicySide Of(PolicyDocument document, Assumption assumption) => new(assumption switch
    {
        Assumption.Enforced => document with { Mode = PolicyMode.Enforce, ModeExceptions = [], Rules = [.. document.Rules.Select(static rule => rule with { Mode = null })] },
        Assumption.Override => document with { Mode = PolicyMode.Audit, ModeExceptions = [] },
        _ => document,
    });

    /// <summary>The policy as if its mode were "enforce" without exceptions. The modes of rules still apply.</summary>
    public static PolicySide WithModesOfRules(PolicyDocument document) => new(document with { Mode = PolicyMode.Enforce, ModeExceptions = [] });

    /// <summary>The mode of workloads for which these terms hold.</summary>
    /// <param name="isException">Whether they are among the exceptions to the policy's mode.</param>
    public PolicyMode ModeOf(bool isException) =>
        !isException ? Document.Mode : Document.Mode == PolicyMode.Enforce ? PolicyMode.Audit : PolicyMode.Enforce;
}
