using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;
using ImdsProxy.Forward;
using ImdsProxy.PolicySource;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Enforce;

/// <summary>What follows a permit: IMDS is asked, its answer recorded and let go; a credential is decided once more before.</summary>
internal sealed class Forwarding(
    StreamForwarder streams,
    CredentialForwarder credentials,
    ActivePolicy policy,
    Answers answers,
    Recorder recorder,
    Action<Endpoint, int?, double> upstreamEnded)
{
    public async Task SendAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        exchange.Sent();
        await (permit.Request.Endpoint.IssuesCredential
            ? CredentialAsync(exchange, permit, body)
            : StreamAsync(exchange, permit, body));
    }

    private async Task StreamAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        var gate = new RecordGate(this, exchange, permit);
        var failure = await streams.SendAsync(exchange.Context, permit, body, gate);
        if (gate.IsHeld)
        {
            await AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable());
        }
        else if (failure != ForwardFailure.None && !exchange.IsRecorded)
        {
            await FailAsync(exchange, permit, failure, status: null);
        }
        else if (failure is not (ForwardFailure.None or ForwardFailure.CallerGone) && !exchange.Context.Response.HasStarted)
        {
            // Its head is on record, but nothing of it has left.
            await AnswerWriter.WriteAsync(exchange.Context, Answers.BadGateway("IMDS broke off its answer"));
        }
    }

    private async Task CredentialAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        using var response = await credentials.FetchAsync(exchange.Context, permit, body);
        if (response.Failure != ForwardFailure.None)
        {
            await FailAsync(exchange, permit, response.Failure, response.UpstreamStatus);
            return;
        }

        Answered(exchange, permit, response.UpstreamStatus);
        if (response.Envelope is not { } envelope)
        {
            await ReleaseAsync(exchange, response, Outcome.Of(permit));
            return;
        }

        // The policy of this moment, not of the moment the request came.
        var current = policy.Current ?? exchange.Policy!;
        exchange.Policy = current;
        switch (current.DecideAnswer(exchange.Caller, permit.Request, envelope.Answer))
        {
            case Permit permitted:
                await ReleaseAsync(exchange, response, Outcome.Of(permitted) with { Issued = Issued(current, envelope) });
                break;
            case Denial denial:
                await recorder.AnswerAsync(
                    exchange,
                    Outcome.Of(denial) with { UpstreamStatus = response.UpstreamStatus },
                    answers.Denied(denial, exchange.Asker, envelope.Answer));
                break;
        }
    }

    private async Task ReleaseAsync(Exchange exchange, CredentialResponse response, Outcome outcome)
    {
        var recorded = await recorder.RecordAsync(exchange, outcome with
        {
            Status = response.UpstreamStatus!.Value,
            Bytes = response.Body.Length,
            UpstreamStatus = response.UpstreamStatus,
        });
        await (recorded
            ? CredentialWriter.WriteAsync(exchange.Context, response)
            : AnswerWriter.WriteAsync(exchange.Context, Answers.AuditUnavailable()));
    }

    private async Task FailAsync(Exchange exchange, Permit permit, ForwardFailure failure, int? status)
    {
        Answered(exchange, permit, status);
        var outcome = Outcome.Failed(permit) with { UpstreamStatus = status, Error = failure.ToString() };
        if (failure == ForwardFailure.CallerGone)
        {
            await recorder.RecordAsync(exchange, outcome);
            return;
        }

        await recorder.AnswerAsync(exchange, outcome, failure switch
        {
            ForwardFailure.TimedOut => Answers.GatewayTimeout(),
            ForwardFailure.Unreadable => Answers.BadGateway("IMDS's answer is none that can be checked, so nothing of it is passed on"),
            _ => Answers.BadGateway("IMDS can't be reached"),
        });
    }

    private ValueTask<bool> RecordAsync(Exchange exchange, Outcome outcome) => recorder.RecordAsync(exchange, outcome);

    private void Answered(Exchange exchange, Permit permit, int? status) =>
        upstreamEnded(permit.Request.Endpoint, status, exchange.Answered());

    private static IssuedCredential Issued(PolicySnapshot policy, CredentialEnvelope envelope) => new(
        policy.AliasOf(envelope.Answer.ClientId),
        envelope.Answer.ClientId,
        envelope.Answer.Resource,
        envelope.ExpiresOn,
        envelope.TokenId);

    /// <summary>Records a streamed answer before it goes.</summary>
    private sealed class RecordGate(Forwarding forwarding, Exchange exchange, Permit permit) : IReleaseGate
    {
        /// <summary>Whether the answer was held back, because it could not be recorded.</summary>
        public bool IsHeld { get; private set; }

        public async ValueTask<bool> ReleaseAsync(int status, long? bytes)
        {
            forwarding.Answered(exchange, permit, status);
            var outcome = Outcome.Of(permit) with { Status = status, Bytes = bytes, UpstreamStatus = status };
            var released = await forwarding.RecordAsync(exchange, outcome);
            IsHeld = !released;
            return released;
        }
    }
}
