using System.Net.Http.Headers;
using ImdsProxy.Core.Policy;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward;

/// <summary>Builds the upstream request from the permit alone, and asks the gate before the answer is released.</summary>
internal sealed class CanonicalTransformer(Permit permit, Upstream upstream, int bodyLength, IReleaseGate gate) : HttpTransformer
{
    // Does not call the base class, which copies the caller's headers.
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = upstream.UriOf(permit.Request);
        RequestHeaders.Copy(httpContext, proxyRequest);
        if (proxyRequest.Content is { } content)
        {
            content.Headers.ContentLength = bodyLength;
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
        proxyResponse is null
        || (await gate.ReleaseAsync(
                (int)proxyResponse.StatusCode, proxyResponse.Content.Headers.ContentLength, AnswerHead.IsSendable(proxyResponse))
            && await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken));
}
