using System.Net.Http.Headers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Limits;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.Forward.Imds;

/// <summary>Builds the upstream request from the permit alone, and releases the answer only if the gate agrees.</summary>
internal sealed class CanonicalTransformer(
    Permit permit, Upstream upstream, int bodyLength, Turn turn, Action<ImdsRequest> answered, IReleaseGate gate) : HttpTransformer
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
        || (await IsReleasedAsync(proxyResponse) && await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken));

    private ValueTask<bool> IsReleasedAsync(HttpResponseMessage response)
    {
        turn.Heard((int)response.StatusCode, retryAfter: null);
        answered(permit.Request);
        return gate.ReleaseAsync((int)response.StatusCode, response.Content.Headers.ContentLength, AnswerHead.IsSendable(response));
    }
}
