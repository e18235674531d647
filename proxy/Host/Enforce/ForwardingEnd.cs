using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;
using ImdsProxy.Forward.Imds;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Enforce;

/// <summary>Ends a permitted request: writes its record, and sends the answer of IMDS or the proxy's own error.</summary>
internal sealed class ForwardingEnd(Recorder recorder, Action<Endpoint, int?, double> upstreamEnded)
{
    public Recorder Recorder => recorder;

    public ValueTask<bool> RecordAsync(Exchange exchange, Outcome outcome) => recorder.RecordAsync(exchange, outcome);

    /// <summary>Notes that IMDS has answered this request or has failed to answer it.</summary>
    public void Answered(Exchange exchange, Permit permit, int? status) =>
        upstreamEnded(permit.Request.Endpoint, status, exchange.Answered());

    public async Task FailAsync(Exchange exchange, Permit permit, ImdsAnswer answer)
    {
        if (answer.Failure == ForwardFailure.Throttled)
        {
            await recorder.AnswerAsync(exchange, Outcome.Throttled(permit), Throttled(answer));
            return;
        }

        if (!exchange.IsCached)
        {
            Answered(exchange, permit, answer.Status);
        }

        await FailedAsync(exchange, permit, answer);
    }

    /// <summary>Ends a request whose response from IMDS could not be validated, after <see cref="Answered"/> has noted the response time.</summary>
    public Task UnreadableAsync(Exchange exchange, Permit permit, int status) =>
        FailedAsync(exchange, permit, ImdsAnswer.Failed(ForwardFailure.Unreadable, status));

    private async Task FailedAsync(Exchange exchange, Permit permit, ImdsAnswer answer)
    {
        var outcome = Outcome.Failed(permit) with { UpstreamStatus = answer.Status, Error = answer.Failure.ToString() };
        if (answer.Failure == ForwardFailure.CallerGone)
        {
            await recorder.RecordAsync(exchange, outcome);
            return;
        }

        await recorder.AnswerAsync(exchange, outcome, answer.Failure switch
        {
            ForwardFailure.TimedOut => Answers.GatewayTimeout(),
            ForwardFailure.Unreadable => Answers.BadGateway("the response from IMDS could not be validated, so no part of it is passed on"),
            _ => Answers.BadGateway("IMDS can't be reached"),
        });
    }

    private static Answer Throttled(ImdsAnswer answer) => Answers.TooMany(
        "IMDS accepts no more requests from this node at the moment, and this request could not be sent in time",
        (int)Math.Ceiling(answer.RetryAfter?.TotalSeconds ?? 1));
}
