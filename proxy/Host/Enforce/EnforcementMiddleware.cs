using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
using ImdsProxy.Deny;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.PolicySource;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>
/// The path of a request: identify, parse, decide, then forward or deny. Every request gets exactly one record. This class contains
/// only the order of these steps; other classes contain the rules.
/// </summary>
internal sealed partial class EnforcementMiddleware(
    ICallerSource callers,
    ActivePolicy policy,
    BodyReader bodies,
    Forwarding forwarding,
    Recorder recorder,
    EnforceOptions options,
    int maxRequestsPerCaller,
    CallerRates rates,
    Drain drain,
    TimeProvider time,
    ILogger<EnforcementMiddleware> logger)
{
    private readonly RequestMemory _targets = new();

    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = new Exchange(context, time);
        context.Features.Set(exchange);
        drain.Requested(context);
        var connection = exchange.Connection;
        connection?.Open?.RequestBegins(exchange.Started);
        var hasSlot = connection?.Use.TryBegin(maxRequestsPerCaller) ?? true;
        try
        {
            if (connection?.IsToYield() == true)
            {
                await Task.Yield();
            }

            exchange.IsAboveRecordRate = !rates.TryTake(exchange.Key);
            exchange.IsOverLimit = !hasSlot || (exchange.IsAboveRecordRate && options.CallerRate > 0);
            await EnforceAsync(exchange);
        }
        catch (Exception e) when (!exchange.IsRecorded)
        {
            await FailAsync(exchange, e);
        }
        finally
        {
            if (hasSlot)
            {
                connection?.Use.End();
            }

            connection?.Open?.RequestEnds();
        }
    }

    private async Task EnforceAsync(Exchange exchange)
    {
        var context = exchange.Context;

        // 1. Identify the caller, if it is already known.
        exchange.Caller = Confirmed(callers.Find(exchange.Address, exchange.Connection), exchange);
        exchange.Policy = policy.Current;
        exchange.IsProbe = !HasMetadata(context);
        if (exchange.IsOverLimit && exchange.Mode == PolicyMode.Enforce)
        {
            await TooManyAsync(exchange);
            return;
        }

        // 2. Parse the raw request, once. No later step reads the raw request.
        var parsed = _targets.Parse(
            context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, new KestrelHeaders(context.Request.Headers));
        if (!parsed.IsParsed)
        {
            await RejectAsync(exchange, parsed.Error);
            return;
        }

        var request = exchange.Request = parsed.Request;
        if (await ReadBodyAsync(exchange, request) is not { } body)
        {
            return;
        }

        if (exchange.Policy is not { } snapshot)
        {
            await recorder.AnswerNotReadyAsync(exchange);
            return;
        }

        // 3. A request without IMDS's header is a client's probe. A probe never waits, and is never sent to IMDS.
        if (exchange.IsProbe)
        {
            await ProbeAsync(exchange, snapshot, request);
            return;
        }

        // 4. Wait until the caller is known, or until the wait expires. Then decide under the policy in force, which the record names.
        await WaitForCallerAsync(exchange, snapshot);
        exchange.Policy = policy.Current ?? snapshot;
        switch (exchange.Policy.Decide(exchange.Caller, request))
        {
            // 5. Forward or deny.
            case Permit permit:
                await forwarding.SendAsync(exchange, permit, body);
                break;
            case Denial denial:
                await recorder.DenyAsync(exchange, denial);
                break;
        }
    }

    private async Task WaitForCallerAsync(Exchange exchange, PolicySnapshot snapshot)
    {
        if (exchange.Caller is Caller.Unknown && !exchange.IsOfAnotherPod)
        {
            var isAudit = snapshot.ModeOf(exchange.Caller) == PolicyMode.Audit;
            var wait = isAudit && options.IdentifyWait > EnforceOptions.AuditIdentifyWait ? EnforceOptions.AuditIdentifyWait : options.IdentifyWait;
            exchange.Caller = await KnownAsync(exchange, wait);
        }
    }

    // A caller that disconnects while waiting still gets a decision, so that the record shows a denial, not an upstream failure.
    private async ValueTask<Caller> KnownAsync(Exchange exchange, TimeSpan wait)
    {
        try
        {
            return Confirmed(await callers.WaitAsync(exchange.Address, exchange.Connection, wait, exchange.Context.RequestAborted), exchange);
        }
        catch (OperationCanceledException)
        {
            return Confirmed(callers.Find(exchange.Address, exchange.Connection), exchange);
        }
    }

    private Caller Confirmed(Caller found, Exchange exchange)
    {
        var confirmed = callers.Confirm(found, exchange.Connection, out var isOfAnotherPod);
        if (isOfAnotherPod)
        {
            exchange.EndConnection();
        }

        return confirmed;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(Exchange exchange, ImdsRequest request)
    {
        if (request.Method != "POST" || !request.Endpoint.IsKnown)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (await bodies.ReadAsync(exchange.Context) is not { } body)
        {
            await RejectAsync(exchange, new RequestError("the body is too large, arrives too slowly or is incomplete"));
            return null;
        }

        if (RequestBody.Check(request, body.Span, out var eventIds) is { } error)
        {
            await RejectAsync(exchange, error);
            return null;
        }

        exchange.EventIds = eventIds.IsDefault ? null : eventIds;
        return body;
    }

    private Task ProbeAsync(Exchange exchange, PolicySnapshot snapshot, ImdsRequest request)
    {
        var missing = Answers.MissingMetadata(request);
        return snapshot.DecideProbe(exchange.Caller, request) switch
        {
            null => recorder.AnswerAsync(exchange, new Outcome(Verdict.Rejected, Reason.MissingHeader, exchange.Mode), missing),
            { Mode: PolicyMode.Audit } denial => recorder.AnswerAsync(exchange, Outcome.Of(denial), missing),
            var denial => recorder.DenyAsync(exchange, denial),
        };
    }

    private Task RejectAsync(Exchange exchange, RequestError error)
    {
        EndWithUnreadBody(exchange.Context);
        return recorder.AnswerAsync(
            exchange,
            new Outcome(Verdict.Rejected, Reason.BadRequest, exchange.Mode) { Error = error.Message },
            Answers.Malformed(error.Message));
    }

    private async Task TooManyAsync(Exchange exchange)
    {
        await Task.Delay(EnforceOptions.RefusalPause, time, exchange.Context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        EndWithUnreadBody(exchange.Context);
        await recorder.AnswerAsync(
            exchange,
            new Outcome(Verdict.Denied, Reason.RateLimited, PolicyMode.Enforce),
            Answers.TooMany("this pod has too many requests in flight, or sends too many requests per second"));
    }

    // Kestrel drains an unread body only while the client is connected. After a disconnect, Kestrel would parse the body as a further request.
    private static void EndWithUnreadBody(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            ConnectionEnd.After(context.Response);
        }
    }

    private async Task FailAsync(Exchange exchange, Exception e)
    {
        var gone = exchange.Context.RequestAborted.IsCancellationRequested;
        var outcome = new Outcome(Verdict.Failed, Reason.UpstreamError, exchange.Mode) { Error = gone ? "the client disconnected" : "internal error" };
        if (gone)
        {
            await recorder.RecordAsync(exchange, outcome);
            return;
        }

        Log.RequestBroke(logger, exchange.Context.TraceIdentifier, e);
        await recorder.AnswerAsync(exchange, outcome, Answers.Broken());
    }

    // Some regions of IMDS accept only "true". Other regions and clients are less strict (Istio sends "True").
    private static bool HasMetadata(HttpContext context) =>
        context.Request.Headers.TryGetValue("Metadata", out var values)
        && values.Count == 1
        && string.Equals(values[0], "true", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(EventName = "RequestBroke", Level = LogLevel.Error, Message = "Request {RequestId} failed with an exception before anything was released to its caller")]
        public static partial void RequestBroke(ILogger logger, string requestId, Exception exception);
    }
}
