using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>One request of the tour.</summary>
/// <param name="Pod">The pod that sends the request.</param>
/// <param name="Title">A short description of the request.</param>
/// <param name="Target">The request target.</param>
/// <param name="InAudit">The expected outcome in audit mode.</param>
/// <param name="Enforced">The expected outcome in enforce mode.</param>
internal sealed record TourStep(DemoPod Pod, string Title, string Target, Expectation InAudit, Expectation Enforced)
{
    /// <summary>The VM tag that the attacker looks for in the response, with its expected value.</summary>
    public (string Tag, string Value)? Reveals { get; init; }

    /// <summary>
    /// What the step and its neighbours have in common, or null. Consecutive steps of a group that end alike are shown as one line.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Whether to show the error message that the application receives.</summary>
    public bool ShowsDenial { get; init; }

    public Expectation In(PolicyMode mode) => mode == PolicyMode.Audit ? InAudit : Enforced;
}
