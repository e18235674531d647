using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>How a policy ends the requests of a demand.</summary>
/// <param name="Cause">The reason why the result is unknown, or null.</param>
/// <param name="IsLetThrough">Whether the caller gets IMDS's answer.</param>
/// <param name="Reason">The reason of the decision.</param>
/// <param name="Rule">The rule that decides, or null.</param>
internal readonly record struct Replay(NotJudged? Cause, bool IsLetThrough, Reason Reason, string? Rule)
{
    public static Replay Unknown(NotJudged cause) => new(cause, false, Reason.NoRule, null);

    public static Replay Of(Decision decision) => new(null, decision is Permit, decision.Reason, decision.Rule);
}
