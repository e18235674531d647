using ImdsProxy.Core.Policy;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>Decides a streamed answer again if the policy has changed since the request was sent, and records it before it leaves.</summary>
internal sealed class StreamGate(
    Lane lane, AnswerSharing sharing, ActivePolicy policy, ForwardingEnd end, Exchange exchange, Permit permit) : IReleaseGate
{
    /// <summary>Whether the answer was held back, because it could not be recorded.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The denial by a policy that came into force after the request was sent, or null.</summary>
    public Denial? Denial { get; private set; }

    /// <summary>The status of an answer whose head can't be sent to a caller, or null.</summary>
    public int? UnsendableStatus { get; private set; }

    public async ValueTask<bool> ReleaseAsync(int status, long? bytes, bool isSendable)
    {
        end.Answered(exchange, permit, status);
        lane.Heard(status, retryAfter: null);
        if (permit.Request.Method != "GET")
        {
            // A later request must see what this one has changed, so it joins no earlier fetch.
            sharing.Part(permit.Request.Endpoint.Kind);
        }

        if (!isSendable)
        {
            UnsendableStatus = status;
            return false;
        }

        var decision = Current();
        if (decision is not Permit current)
        {
            Denial = (Denial)decision;
            return false;
        }

        var outcome = Outcome.Of(current) with { Status = status, Bytes = bytes, UpstreamStatus = status };
        var released = await end.RecordAsync(exchange, outcome);
        IsHeld = !released;
        return released;
    }

    // The record takes its outcome from the decision and its revision from the exchange, so both change together or not at all.
    // A streamed answer can no longer be redacted. If the new policy redacts it, the answer is released and recorded under the
    // policy by which the request was sent.
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
