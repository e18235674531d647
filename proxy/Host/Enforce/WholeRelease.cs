using System.Buffers;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Deny;
using ImdsProxy.Forward.Imds;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>
/// Releases answers that were read whole. Each answer, cached or not, is decided again under the policy in force, then redacted, recorded
/// and sent.
/// </summary>
internal sealed class WholeRelease(ActivePolicy policy, ForwardingEnd end, TimeProvider time)
{
    /// <summary>Ends a request with an answer, or with the reason for a missing answer.</summary>
    public Task EndAsync(Exchange exchange, Permit permit, ImdsAnswer answer)
    {
        if (answer.Failure != ForwardFailure.None)
        {
            return end.FailAsync(exchange, permit, answer);
        }

        if (!exchange.IsCached)
        {
            end.Answered(exchange, permit, answer.Status);
        }

        return DecideAsync(exchange, answer);
    }

    // The policy may have changed since the request arrived, or since the answer was fetched for another request.
    private Task DecideAsync(Exchange exchange, ImdsAnswer answer)
    {
        var current = exchange.Policy = policy.Current ?? exchange.Policy!;
        var decision = answer.Envelope is { } envelope
            ? current.DecideAnswer(exchange.Caller, exchange.Request!, envelope.Answer)
            : current.Decide(exchange.Caller, exchange.Request!);
        return decision switch
        {
            Permit permit => ReleaseAsync(exchange, permit, answer, current),
            _ => end.Recorder.DenyAsync(exchange, (Denial)decision, answer.Envelope?.Answer, answer.Status),
        };
    }

    private Task ReleaseAsync(Exchange exchange, Permit permit, ImdsAnswer answer, PolicySnapshot current) =>
        permit.IsRedacted && answer.Status == StatusCodes.Status200OK
            ? RedactedAsync(exchange, permit, answer)
            : WholeAsync(exchange, permit, answer, answer.IssuedUnder(current));

    private async Task WholeAsync(Exchange exchange, Permit permit, ImdsAnswer answer, IssuedCredential? issued)
    {
        var age = exchange.IsCached ? (long)time.GetElapsedTime(answer.ReceivedAt).TotalSeconds : 0;
        var outcome = Outcome.Of(permit) with
        {
            Status = answer.Status!.Value,
            Bytes = ImdsAnswerBody.LengthAt(answer, age),
            UpstreamStatus = answer.Status,
            Issued = issued,
            Redacts = permit.View is not null && answer.Status == StatusCodes.Status200OK,
        };
        await (await end.RecordAsync(exchange, outcome)
            ? ImdsAnswerWriter.WriteAsync(exchange.Context, answer, age)
            : AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable()));
    }

    private async Task RedactedAsync(Exchange exchange, Permit permit, ImdsAnswer answer)
    {
        var shown = new ArrayBufferWriter<byte>(Math.Max(1, answer.Body.Length));
        if (!InstanceRedaction.TryApply(permit.View!, permit.Request, answer.Body.Span, shown))
        {
            await end.FailAsync(exchange, permit, ImdsAnswer.Failed(ForwardFailure.Unreadable, answer.Status));
            return;
        }

        var outcome = Outcome.Of(permit) with { Status = answer.Status!.Value, Bytes = shown.WrittenCount, UpstreamStatus = answer.Status };
        await (await end.RecordAsync(exchange, outcome)
            ? ImdsAnswerWriter.WriteAsync(exchange.Context, answer, shown.WrittenMemory)
            : AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable()));
    }
}
