using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;
using ImdsProxy.Forward;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>What follows a permit: IMDS is asked, its answer recorded and let go.</summary>
internal sealed class Forwarding(
    StreamForwarder streams, WholeForwarding whole, UpstreamParts upstream, ActivePolicy policy, ForwardingEnd end)
{
    public Task SendAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        exchange.Sent();
        return IsWhole(permit) ? whole.SendAsync(exchange, permit, body) : StreamAsync(exchange, permit, body);
    }

    // A credential is checked before any of it leaves. What several may ask for at once is fetched once, and what is
    // redacted is read first; in audit mode nothing of that is applied, and the answer goes through as it comes.
    private static bool IsWhole(Permit permit) =>
        permit.Request.Endpoint.IssuesCredential || permit.IsRedacted || WholeForwarding.MayShare(permit);

    private async Task StreamAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        var lane = upstream.Lanes.Of(permit.Request.Endpoint);
        using var turn = permit.Mode == PolicyMode.Audit ? lane.Pass() : lane.TryJoin(exchange.Address);
        if (turn is null || !await turn.WaitAsync(exchange.Context.RequestAborted))
        {
            await end.FailAsync(exchange, permit, ImdsAnswer.Throttled(lane.RetryAfter));
            return;
        }

        var gate = new StreamGate(upstream, policy, end, exchange, permit);
        var failure = await streams.SendAsync(exchange.Context, permit, body, gate);
        if (gate.Denial is { } denial)
        {
            await end.Recorder.DenyAsync(exchange, denial);
        }
        else if (gate.UnsendableStatus is { } status)
        {
            await end.UnreadableAsync(exchange, permit, status);
        }
        else if (gate.IsHeld)
        {
            await AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable());
        }
        else if (failure != ForwardFailure.None && !exchange.IsRecorded)
        {
            await end.FailAsync(exchange, permit, ImdsAnswer.Failed(failure));
        }
        else if (failure is not (ForwardFailure.None or ForwardFailure.CallerGone) && !exchange.Context.Response.HasStarted)
        {
            // Its head is on record, but nothing of it has left.
            await AnswerWriter.WriteAsync(exchange.Context, Answers.BadGateway("IMDS broke off its answer"));
        }
    }
}
