using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>Carries out a permit: asks IMDS, records the answer, then releases it.</summary>
internal sealed class Forwarding(
    StreamForwarder streams, WholeForwarding whole, Lanes lanes, AnswerSharing sharing, ActivePolicy policy, ForwardingEnd end)
{
    public Task SendAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        exchange.Sent();
        return IsWhole(permit) ? whole.SendAsync(exchange, permit, body) : StreamAsync(exchange, permit, body);
    }

    // A credential must be checked before any byte of it leaves, a shared answer serves several callers, and redaction needs the
    // whole document. Audit mode shares and redacts nothing, so its other answers are streamed.
    private static bool IsWhole(Permit permit) =>
        permit.Request.Endpoint.IssuesCredential || permit.IsRedacted || WholeForwarding.MayShare(permit);

    private async Task StreamAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        var lane = lanes.Of(permit.Request.Endpoint);
        using var turn = permit.Mode == PolicyMode.Audit ? lane.Pass() : lane.TryJoin(exchange.Address);
        if (turn is null || !await turn.WaitAsync(exchange.Context.RequestAborted))
        {
            await end.FailAsync(exchange, permit, ImdsAnswer.Throttled(lane.RetryAfter));
            return;
        }

        var gate = new StreamGate(lane, sharing, policy, end, exchange, permit);
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
            // The head of the answer is on record, but no byte of it has left.
            await AnswerWriter.WriteAsync(exchange.Context, Answers.BadGateway("IMDS broke off its answer"));
        }
    }
}
