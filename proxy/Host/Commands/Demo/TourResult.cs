using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>How a step ended.</summary>
/// <param name="Step">What was asked.</param>
/// <param name="Mode">The policy's mode at that time.</param>
/// <param name="Answer">What the pod got.</param>
/// <param name="Line">What the audit log says.</param>
internal sealed record TourResult(TourStep Step, PolicyMode Mode, PodAnswer Answer, AuditLine Line)
{
    /// <summary>Whether the web shop's pod got a token.</summary>
    public bool IsTheft => Step.Pod == DemoCast.Web && Answer.Token is not null;

    /// <summary>What is not as the story has it, or null.</summary>
    public string? Difference =>
        !Step.In(Mode).IsMetBy(Answer, Line) ? $"{Where}: {Expectation.Actual(Answer, Line)}, and not {Step.In(Mode)}"
        : Line.Caller != Step.Pod.ToString() ? $"{Where}: the audit log takes it for {Line.Caller}"
        : Answer.Status == 200 && Step.Reveals is { } found && Answer.Tag(found.Tag) != found.Value ? $"{Where}: {found.Tag} is not in it"
        : null;

    private string Where => $"{Step.Pod}, {Step.Title}, {(Mode == PolicyMode.Audit ? "audit mode" : "enforced")}";
}
