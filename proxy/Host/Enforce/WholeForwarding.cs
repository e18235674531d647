using System.Buffers;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;
using ImdsProxy.Deny;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>
/// Carries out a permit whose answer is read as a whole. The answer, cached or not, is decided again by the policy of the moment,
/// then redacted, recorded and released.
/// </summary>
internal sealed class WholeForwarding(
    AnswerFetcher fetcher,
    AnswerSharing sharing,
    Lanes lanes,
    ActivePolicy policy,
    ForwardingEnd end,
    TimeProvider time)
{
    /// <summary>Whether equal requests may share the answer. A request that only audit mode lets through is sent alone.</summary>
    public static bool MayShare(Permit permit) =>
        permit.Mode == PolicyMode.Enforce
        && permit.Shadow is null
        && permit.Request.Method == "GET"
        && permit.Request.Endpoint.Kind is EndpointKind.Token or EndpointKind.Instance or EndpointKind.ScheduledEvents;

    public Task SendAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body) =>
        !MayShare(permit) ? AloneAsync(exchange, permit, body)
        : sharing.Find(permit, Metadata(exchange)) is { } kept ? EndAsync(exchange, permit, new SharedAnswer(kept, AnswerOrigin.Cached))
        : SharedAsync(exchange, permit);

    private static string Metadata(Exchange exchange) => exchange.Context.Request.Headers[RequestHeaders.Metadata][0]!;

    private async Task SharedAsync(Exchange exchange, Permit permit) =>
        await EndAsync(exchange, permit, await sharing.FetchAsync(permit, Metadata(exchange), exchange.Address, exchange.Context.RequestAborted));

    private async Task AloneAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        var lane = lanes.Of(permit.Request.Endpoint);
        ImdsAnswer answer;
        using (var turn = permit.Mode == PolicyMode.Audit ? lane.Pass() : lane.TryJoin(exchange.Address))
        {
            var isGranted = turn is not null && await turn.WaitAsync(exchange.Context.RequestAborted);
            answer = isGranted ? await fetcher.FetchAsync(exchange.Context, permit, body) : ImdsAnswer.Throttled(lane.RetryAfter);
            lane.Heard(answer.Status, answer.RetryAfter);
        }

        await EndAsync(exchange, permit, new SharedAnswer(answer, AnswerOrigin.Fetched));
    }

    private async Task EndAsync(Exchange exchange, Permit permit, SharedAnswer shared)
    {
        using (shared)
        {
            var answer = shared.Answer;
            exchange.IsCached = shared.Origin != AnswerOrigin.Fetched;
            if (answer.Failure != ForwardFailure.None)
            {
                await end.FailAsync(exchange, permit, answer);
                return;
            }

            if (!exchange.IsCached)
            {
                end.Answered(exchange, permit, answer.Status);
            }

            await DecideAsync(exchange, answer);
        }
    }

    // By the policy of this moment, not of the moment when the request came or when the answer was fetched for another request.
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
