using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Proofs;

/// <summary>The decider's own result for a witness.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Rule">The rule that decides; null if no rule does, or if audit mode lifts a denial.</param>
/// <param name="View">The part of the answer that is shown; null for all of it.</param>
internal sealed record Replay(Outcome Outcome, string? Rule, DocumentView? View)
{
    public static Replay Of(PolicySnapshot decider, Witness witness)
    {
        var decision = decider.Decide(witness.Caller, witness.Request);
        if (decision is Permit && witness.Answer is { } answer)
        {
            decision = decider.DecideAnswer(witness.Caller, witness.Request, answer);
        }

        return decision switch
        {
            Permit permit => new Replay(Outcome.Permitted, permit.Shadow is null ? permit.Rule : null, permit.IsRedacted ? permit.View : null),
            Denial denial => new Replay(denial.Quiet ? Outcome.DeniedQuietly : Outcome.Denied, denial.Rule, null),
            _ => throw new InvalidOperationException("A decision is a permit or a denial."),
        };
    }
}
