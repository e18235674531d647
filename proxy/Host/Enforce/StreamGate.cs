using ImdsProxy.Core.Policy;
using ImdsProxy.Forward;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>Decides on a streamed answer once more where the policy has changed since it was asked for, and records it before it goes.</summary>
internal sealed class StreamGate(UpstreamParts upstream, ActivePolicy policy, ForwardingEnd end, Exchange exchange, Permit permit) : IReleaseGate
{
    /// <summary>Whether the answer was held back, because it could not be recorded.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>What the policy of the moment says of it, where that is no.</summary>
    public Denial? Denial { get; private set; }

    public async ValueTask<bool> ReleaseAsync(int status, long? bytes)
    {
        end.Answered(exchange, permit, status);
        upstream.Lanes.Of(permit.Request.Endpoint).Heard(status, retryAfter: null);
        if (permit.Request.Method != "GET")
        {
            // Who asks after this has to see what it has changed.
            upstream.Sharing.Part(permit.Request.Endpoint.Kind);
        }

        if (Changed() is Denial denial)
        {
            Denial = denial;
            return false;
        }

        var outcome = Outcome.Of(permit) with { Status = status, Bytes = bytes, UpstreamStatus = status };
        var released = await end.RecordAsync(exchange, outcome);
        IsHeld = !released;
        return released;
    }

    // A stream that has begun can't be redacted: in the moment in which a policy begins to hide some of it, it goes out
    // as the policy before had it.
    private Decision? Changed()
    {
        var before = exchange.Policy;
        exchange.Policy = policy.Current ?? before;
        return exchange.Policy == before ? null : exchange.Policy!.Decide(exchange.Caller, exchange.Request!);
    }
}
