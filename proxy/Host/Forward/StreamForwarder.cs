using ImdsProxy.Core.Policy;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward;

/// <summary>Forwards what is no credential: the answer is streamed to the caller once the gate lets it go.</summary>
internal sealed class StreamForwarder(IHttpForwarder forwarder, Upstream upstream, UpstreamOptions options)
{
    /// <summary>
    /// Sends the canonical request of a permit.
    /// 1. YARP makes an empty request; <see cref="CanonicalTransformer"/> gives it the canonical target and the few headers.
    /// 2. When IMDS's head is there, the gate is asked.
    /// 3. If it lets the answer go, YARP copies head and body to the caller.
    /// </summary>
    public async Task<ForwardFailure> SendAsync(HttpContext context, Permit permit, ReadOnlyMemory<byte> body, IReleaseGate gate)
    {
        UseBody(context, body);

        // YARP passes an offer of WebSocket or SPDY on by itself, past the transformer.
        context.Features.Set<IHttpUpgradeFeature>(null);
        var config = new ForwarderRequestConfig { ActivityTimeout = upstream.TimeoutOf(permit.Request), Version = new Version(1, 1) };
        var transformer = new CanonicalTransformer(permit, upstream, body.Length, gate);
        var error = await forwarder.SendAsync(
            context, options.Address.GetLeftPart(UriPartial.Authority), upstream.Invoker, config, transformer);
        return Failure(error, context);
    }

    // The body was read to be checked; YARP copies it from here.
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
