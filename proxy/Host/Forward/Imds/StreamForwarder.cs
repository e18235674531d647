using System.Collections.Concurrent;
using System.Net;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Limits;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward.Imds;

/// <summary>Forwards requests that yield no credential. The answer is streamed to the caller after the gate releases it.</summary>
/// <param name="forwarder">YARP's forwarder.</param>
/// <param name="upstream">The connections to IMDS.</param>
/// <param name="answered">Called when IMDS has answered a request, before the gate decides.</param>
internal sealed class StreamForwarder(IHttpForwarder forwarder, Upstream upstream, Action<ImdsRequest> answered)
{
    private readonly ConcurrentDictionary<TimeSpan, ForwarderRequestConfig> _configs = new();

    /// <summary>
    /// Sends the canonical request of a permit.
    /// 1. YARP creates an empty request; <see cref="CanonicalTransformer"/> gives it the canonical target and the few forwarded headers.
    /// 2. When the head of the answer has arrived, the gate decides.
    /// 3. If the gate releases the answer, YARP copies head and body to the caller.
    /// </summary>
    public async Task<ImdsAnswer> SendAsync(HttpContext context, Permit permit, ReadOnlyMemory<byte> body, Turn turn, IReleaseGate gate)
    {
        UseBody(context, body);

        // Without this line, YARP would pass on an upgrade to WebSocket or SPDY itself and bypass the transformer.
        context.Features.Set<IHttpUpgradeFeature>(null);
        var config = _configs.GetOrAdd(
            upstream.TimeoutOf(permit.Request),
            static timeout => new ForwarderRequestConfig { ActivityTimeout = timeout, Version = HttpVersion.Version11 });
        var transformer = new CanonicalTransformer(permit, upstream, body.Length, turn, answered, gate);
        var error = await forwarder.SendAsync(context, upstream.Authority, upstream.Invoker, config, transformer);
        return error == ForwarderError.None ? ImdsAnswer.Streamed : ImdsAnswer.Failed(Failure(error, context));
    }

    // The check has consumed the body, so YARP copies it from this stream.
    private static void UseBody(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (context.Request.Method == "POST")
        {
            context.Request.Body = new MemoryStream(body.ToArray(), writable: false);
        }
    }

    private static ForwardFailure Failure(ForwarderError error, HttpContext context) => error switch
    {
        _ when context.RequestAborted.IsCancellationRequested => ForwardFailure.CallerGone,
        ForwarderError.RequestTimedOut => ForwardFailure.TimedOut,
        ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled or ForwarderError.RequestBodyCanceled => ForwardFailure.CallerGone,
        _ => ForwardFailure.Unreachable,
    };
}
