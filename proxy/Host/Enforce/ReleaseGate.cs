using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;
using ImdsProxy.Forward.Imds;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>
/// Decides on the answer to one permitted request under the policy in force, and records the answer before it is sent. The request may have
/// waited for its answer, and the policy may have changed in the meantime.
/// </summary>
internal sealed class ReleaseGate(Exchange exchange, Permit permit, ActivePolicy policy, WholeRelease whole, ForwardingEnd end) : IReleaseGate
{
    // Set if a streamed answer was held back because a policy that came into force after the request was sent denies it.
    private Denial? _denial;

    // Set if the answer was held back because its head, with this status, can't be sent to a caller.
    private int? _unsendableStatus;

    // True if the answer was held back because it could not be recorded.
    private bool _isUnrecorded;

    public Task EndAsync(ImdsAnswer answer, bool isShared)
    {
        exchange.IsCached = isShared;
        return whole.EndAsync(exchange, permit, answer);
    }

    public async ValueTask<bool> ReleaseAsync(int status, long? bytes, bool isSendable)
    {
        end.Answered(exchange, permit, status);
        if (!isSendable)
        {
            _unsendableStatus = status;
            return false;
        }

        var decision = Current();
        if (decision is not Permit current)
        {
            _denial = (Denial)decision;
            return false;
        }

        var outcome = Outcome.Of(current) with { Status = status, Bytes = bytes, UpstreamStatus = status };
        var isReleased = await end.RecordAsync(exchange, outcome);
        _isUnrecorded = !isReleased;
        return isReleased;
    }

    public Task EndStreamAsync(ImdsAnswer streamed)
    {
        if (_denial is not null)
        {
            return end.Recorder.DenyAsync(exchange, _denial);
        }

        if (_unsendableStatus is { } status)
        {
            return end.UnreadableAsync(exchange, permit, status);
        }

        if (_isUnrecorded)
        {
            return AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable());
        }

        if (streamed.Failure != ForwardFailure.None && !exchange.IsRecorded)
        {
            return end.FailAsync(exchange, permit, streamed);
        }

        // The record states the head of the answer, but no byte of the answer has been sent.
        var isBrokenOff = streamed.Failure is not (ForwardFailure.None or ForwardFailure.CallerGone) && !exchange.Context.Response.HasStarted;
        return isBrokenOff ? AnswerWriter.WriteAsync(exchange.Context, Answers.BadGateway("the answer from IMDS was interrupted")) : Task.CompletedTask;
    }

    // The record takes its outcome from the decision and its revision from the exchange, so both change together or not at all.
    // A streamed answer can no longer be redacted. If the new policy redacts the answer, it is released and recorded under the
    // policy under which the request was sent.
    private Decision Current()
    {
        if (policy.Current is not { } now || now == exchange.Policy)
        {
            return permit;
        }

        var decision = now.Decide(exchange.Caller, exchange.Request!);
        if (decision is Permit { IsRedacted: true })
        {
            return permit;
        }

        exchange.Policy = now;
        return decision;
    }
}
