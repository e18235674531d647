using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>One request of the story.</summary>
/// <param name="Pod">Who asks.</param>
/// <param name="Title">For what, in few words.</param>
/// <param name="Target">The request target.</param>
/// <param name="InAudit">How it ends in audit mode.</param>
/// <param name="Enforced">How it ends when the policy is enforced.</param>
internal sealed record TourStep(DemoPod Pod, string Title, string Target, Expectation InAudit, Expectation Enforced)
{
    /// <summary>The VM's tag that the attacker looks for in the answer, and the value that it has.</summary>
    public (string Tag, string Value)? Reveals { get; init; }

    /// <summary>Whether the words that the application gets are worth showing.</summary>
    public bool ShowsDenial { get; init; }

    public Expectation In(PolicyMode mode) => mode == PolicyMode.Audit ? InAudit : Enforced;
}
