using ImdsProxy.Core.Policy;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward;

/// <summary>Forwards requests that yield no credential. The answer is streamed to the caller after the gate releases it.</summary>
internal sealed class StreamForwarder(IHttpForwarder forwarder, Upstream upstream, UpstreamOptions options)
{
    /// <summary>
    /// Sends the canonical request of a permit.
    /// 1. YARP creates an empty request; <see cref="CanonicalTransformer"/> gives it the canonical target and the few headers.
    /// 2. When the head of the answer has arrived, the gate is asked.
    /// 3. If the gate releases the answer, YARP copies head and body to the caller.
    /// </summary>
    public async Task<ForwardFailure> SendAsync(HttpContext context, Permit permit, ReadOnlyMemory<byte> body, IReleaseGate gate)
    {
        UseBody(context, body);

        // Otherwise YARP would pass on an upgrade to WebSocket or SPDY itself, past the transformer.
        context.Features.Set<IHttpUpgradeFeature>(null);
        var config = new ForwarderRequestConfig { ActivityTimeout = upstream.TimeoutOf(permit.Request), Version = new Version(1, 1) };
        var transformer = new CanonicalTransformer(permit, upstream, body.Length, gate);
        var error = await forwarder.SendAsync(
            context, options.Address.GetLeftPart(UriPartial.Authority), upstream.Invoker, config, transformer);
        return Failure(error, context);
    }

    // The body was consumed when it was checked, so YARP copies it from this stream.
    private static void UseBody(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (context.Request.Method == "POST")
        {
            context.Request.Body = new MemoryStream(body.ToArray(), writable: false);
        }
    }

    private static ForwardFailure Failure(ForwarderError error, HttpContext context) => error switch
    {
        ForwarderError.None => ForwardFailure.None,
        _ when context.RequestAborted.IsCancellationRequested => ForwardFailure.CallerGone,
        ForwarderError.RequestTimedOut => ForwardFailure.TimedOut,
        ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled or ForwarderError.RequestBodyCanceled => ForwardFailure.CallerGone,
        _ => ForwardFailure.Unreachable,
    };
}
