using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Forward.Imds;

/// <summary>Fetches a whole answer, so that it can be checked, redacted or shared before any byte of it is sent to a caller.</summary>
internal sealed class AnswerFetcher(Upstream upstream, TimeProvider time)
{
    private readonly Deadlines _deadlines = new(time);

    /// <summary>Sends the canonical request of a permit for one caller, with that caller's headers.</summary>
    public Task<ImdsAnswer> FetchAsync(HttpContext context, Permit permit, ReadOnlyMemory<byte> body)
    {
        var request = Request(permit, body);
        RequestHeaders.Copy(context, request);
        return FetchAsync(request, permit.Request, shared: false, context.RequestAborted);
    }

    /// <summary>Sends the canonical request of a permit for all callers with an equal request.</summary>
    /// <param name="permit">The permission to send the request.</param>
    /// <param name="metadata">The value of the required header <c>Metadata</c>, as the caller sent it.</param>
    /// <param name="ending">Cancelled when the process ends, not when a caller disconnects.</param>
    public Task<ImdsAnswer> FetchSharedAsync(Permit permit, string metadata, CancellationToken ending)
    {
        var request = Request(permit, ReadOnlyMemory<byte>.Empty);
        request.Headers.TryAddWithoutValidation(RequestHeaders.Metadata, metadata);
        return FetchAsync(request, permit.Request, shared: true, ending);
    }

    private async Task<ImdsAnswer> FetchAsync(HttpRequestMessage message, ImdsRequest request, bool shared, CancellationToken gone)
    {
        using var deadline = _deadlines.Take(upstream.TimeoutOf(request), gone);
        try
        {
            using (message)
            {
                using var response = await upstream.Invoker.SendAsync(message, deadline.Token);
                return await ReadAsync(response, request, shared, deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return ImdsAnswer.Failed(gone.IsCancellationRequested ? ForwardFailure.CallerGone : ForwardFailure.TimedOut);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // If ConnectTimeout expires, the inner exception is a TimeoutException.
            return ImdsAnswer.Failed(e.InnerException is TimeoutException ? ForwardFailure.TimedOut : ForwardFailure.Unreachable);
        }
    }

    private HttpRequestMessage Request(Permit permit, ReadOnlyMemory<byte> body)
    {
        var request = new HttpRequestMessage(MethodOf(permit.Request), upstream.UriOf(permit.Request))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (permit.Request.Method == "POST")
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    private static HttpMethod MethodOf(ImdsRequest request) => request.Method == "GET" ? HttpMethod.Get : new HttpMethod(request.Method);

    private async Task<ImdsAnswer> ReadAsync(HttpResponseMessage response, ImdsRequest request, bool shared, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (!AnswerHead.IsSendable(response) || response.Content.Headers.ContentEncoding.Count > 0)
        {
            return ImdsAnswer.Failed(ForwardFailure.Unreadable, status);
        }

        var isSecret = request.Endpoint.IssuesCredential;
        using var body = new AnswerBuffer(isSecret ? AnswerBuffer.MaxCredential : AnswerBuffer.MaxDocument, isSecret);
        if (!await body.ReadAsync(response.Content, cancellation))
        {
            return ImdsAnswer.Failed(ForwardFailure.Unreadable, status);
        }

        if (isSecret && !response.IsSuccessStatusCode)
        {
            return Error(response, body.Written, shared);
        }

        var envelope = isSecret ? EnvelopeReader.Read(body.Written, request.Endpoint.Kind) : null;
        return isSecret && envelope is null
            ? ImdsAnswer.Failed(ForwardFailure.Unreadable, status)
            : Answer(response, EndToEndHeaders.Of(response, shared), body.Detach(out var length), length, envelope);
    }

    // An error could hide a credential, so the caller gets IMDS's status with a rebuilt body.
    private ImdsAnswer Error(HttpResponseMessage response, ReadOnlySpan<byte> body, bool shared)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            // A 304 has no body, so it can't carry the rebuilt error.
            return ImdsAnswer.Failed(ForwardFailure.Unreadable, status);
        }

        var error = CredentialError.Rebuild(body, status);
        return Answer(response, EndToEndHeaders.OfError(response, shared), error, error.Length, envelope: null);
    }

    private ImdsAnswer Answer(
        HttpResponseMessage response, KeyValuePair<string, StringValues>[] headers, byte[] body, int length, CredentialEnvelope? envelope) =>
        new((int)response.StatusCode, headers, body, length, envelope)
        {
            ReceivedAt = time.GetTimestamp(),
            RetryAfter = RetryAfter(response),
        };

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => response.Headers.TryGetValues("Retry-After", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(Math.Min(seconds, 3600))
                : null,
    };
}
