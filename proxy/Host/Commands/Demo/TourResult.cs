using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>The outcome of a step.</summary>
/// <param name="Step">The request that was sent.</param>
/// <param name="Mode">The policy's mode at the time.</param>
/// <param name="Answer">The response that the pod received.</param>
/// <param name="Line">The audit record.</param>
internal sealed record TourResult(TourStep Step, PolicyMode Mode, PodAnswer Answer, DemoLine Line)
{
    /// <summary>Whether the web shop's pod got a token.</summary>
    public bool IsTheft => Step.Pod == DemoCast.Web && Answer.Token is not null;

    /// <summary>The difference between the actual and the expected outcome, or null.</summary>
    public string? Difference =>
        !Step.In(Mode).IsMetBy(Answer, Line) ? $"{Where}: {Expectation.Actual(Answer, Line)}; expected {Step.In(Mode)}"
        : Line.Caller != Step.Pod.ToString() ? $"{Where}: the audit log names the caller {Line.Caller}"
        : Answer.Status == 200 && Step.Reveals is { } found && Answer.Tag(found.Tag) != found.Value ? $"{Where}: {found.Tag} is missing from the answer"
        : null;

    private string Where => $"{Step.Pod}, {Step.Title}, {(Mode == PolicyMode.Audit ? "audit mode" : "enforced")}";
}
