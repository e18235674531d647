using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward;

/// <summary>
/// The only path to IMDS. Sends the request of a permit when its turn comes, serves callers with equal requests from one answer,
/// and reads an answer whole if it must be checked. A gate decides which part of the answer reaches the caller.
/// </summary>
internal sealed class Forwarder : IDisposable
{
    private readonly Upstream _upstream;
    private readonly ServiceProvider _yarp;
    private readonly StreamForwarder _streams;
    private readonly AnswerFetcher _fetcher;
    private readonly Lanes _lanes;
    private readonly TurnTaking _turns;
    private readonly AnswerSharing _sharing;

    /// <param name="options">The address of IMDS and the timeouts.</param>
    /// <param name="limits">The request limits of IMDS.</param>
    /// <param name="sharing">The settings of the cache.</param>
    /// <param name="mayKeep">Whether the policy in force permits a credential to any caller.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Creates the loggers.</param>
    public Forwarder(
        UpstreamOptions options,
        LimitOptions limits,
        SharingOptions sharing,
        Func<ImdsRequest, CredentialAnswer, bool> mayKeep,
        TimeProvider time,
        ILoggerFactory logging)
    {
        _upstream = new Upstream(options);
        _fetcher = new AnswerFetcher(_upstream, time);
        _lanes = new Lanes(limits, time);
        _turns = new TurnTaking(_lanes);
        _sharing = new AnswerSharing(_fetcher, _turns, sharing, mayKeep, time);
        _yarp = Yarp(logging);
        _streams = new StreamForwarder(_yarp.GetRequiredService<IHttpForwarder>(), _upstream, Answered);
    }

    /// <summary>The number of cached answers.</summary>
    public int Cached => _sharing.Cached;

    /// <summary>The number of requests that wait for a fetch in flight.</summary>
    public int Waiting => _sharing.Waiting;

    /// <summary>Carries out a permit. The request has ended when the returned task completes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">The caller, which takes the turn.</param>
    /// <param name="permit">The permission to send the request.</param>
    /// <param name="body">The checked body of the request.</param>
    /// <param name="gate">Decides which part of the answer the caller gets.</param>
    public Task SendAsync(HttpContext context, CallerKey caller, Permit permit, ReadOnlyMemory<byte> body, IReleaseGate gate) =>
        IsReadWhole(permit) ? FetchAsync(context, caller, permit, body, gate) : StreamAsync(context, caller, permit, body, gate);

    /// <summary>Evicts credentials that the policy no longer permits to any caller.</summary>
    public void EvictForbidden() => _sharing.EvictForbidden();

    /// <summary>Evicts all answers.</summary>
    public void EvictAll() => _sharing.EvictAll();

    public void Dispose()
    {
        _sharing.Dispose();
        _lanes.Dispose();
        _yarp.Dispose();
        _upstream.Dispose();
    }

    // YARP offers its forwarder only as a service.
    private static ServiceProvider Yarp(ILoggerFactory logging) => new ServiceCollection()
        .AddSingleton(logging)
        .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
        .AddHttpForwarder()
        .BuildServiceProvider();

    // A credential must be checked before any byte of it is sent, a shared answer serves several callers, and redaction needs the
    // whole document. Audit mode shares and redacts nothing, so its other answers are streamed.
    private static bool IsReadWhole(Permit permit) =>
        permit.Request.Endpoint.IssuesCredential || permit.IsRedacted || MayShare(permit);

    // A request that only audit mode lets through is sent alone.
    private static bool MayShare(Permit permit) =>
        permit.Mode == PolicyMode.Enforce
        && permit.Shadow is null
        && permit.Request.Method == "GET"
        && permit.Request.Endpoint.Kind is EndpointKind.Token or EndpointKind.Instance or EndpointKind.ScheduledEvents;

    private async Task FetchAsync(HttpContext context, CallerKey caller, Permit permit, ReadOnlyMemory<byte> body, IReleaseGate gate)
    {
        ImdsAnswer answer;
        var isShared = false;
        if (!MayShare(permit))
        {
            answer = await FetchAloneAsync(context, caller, permit, body);
        }
        else if (_sharing.Find(permit, Metadata(context)) is { } cached)
        {
            (answer, isShared) = (cached, true);
        }
        else
        {
            answer = await _sharing.FetchAsync(permit, Metadata(context), caller, context.RequestAborted, out isShared);
        }

        try
        {
            await gate.EndAsync(answer, isShared);
        }
        finally
        {
            answer.Release();
        }
    }

    private async Task<ImdsAnswer> FetchAloneAsync(HttpContext context, CallerKey caller, Permit permit, ReadOnlyMemory<byte> body)
    {
        using var turn = await _turns.TakeAsync(permit, caller, context.RequestAborted);
        return turn is null ? _turns.Throttled(permit) : TurnTaking.Heard(turn, await _fetcher.FetchAsync(context, permit, body));
    }

    private async Task StreamAsync(HttpContext context, CallerKey caller, Permit permit, ReadOnlyMemory<byte> body, IReleaseGate gate)
    {
        using var turn = await _turns.TakeAsync(permit, caller, context.RequestAborted);
        var streamed = turn is null ? _turns.Throttled(permit) : await _streams.SendAsync(context, permit, body, turn, gate);
        await gate.EndStreamAsync(streamed);
    }

    private static string Metadata(HttpContext context) => context.Request.Headers[RequestHeaders.Metadata][0]!;

    // A request other than GET may change IMDS's state. Later requests must see the changes, so they join no earlier fetch.
    private void Answered(ImdsRequest request)
    {
        if (request.Method != "GET")
        {
            _sharing.StopJoining(request.Endpoint.Kind);
        }
    }
}
