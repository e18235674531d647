using System.Buffers;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward;

/// <summary>Fetches a credential as a whole, so that it can be checked before any byte of it leaves.</summary>
internal sealed class CredentialForwarder(Upstream upstream)
{
    /// <summary>Bytes. A token answer is about 2 KB, a certificate's about 4.</summary>
    private const int MaxAnswer = 64 * 1024;

    /// <summary>Sends the canonical request of a permit and reads all of the answer.</summary>
    public async Task<CredentialResponse> FetchAsync(HttpContext context, Permit permit, ReadOnlyMemory<byte> body)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(upstream.TimeoutOf(permit.Request));
        try
        {
            using var request = Request(context, permit, body);
            using var response = await upstream.Invoker.SendAsync(request, timeout.Token);
            return await ReadAsync(response, permit.Request, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return CredentialResponse.Failed(
                context.RequestAborted.IsCancellationRequested ? ForwardFailure.CallerGone : ForwardFailure.TimedOut);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // A connection that takes longer than ConnectTimeout is a TimeoutException inside.
            return CredentialResponse.Failed(e.InnerException is TimeoutException ? ForwardFailure.TimedOut : ForwardFailure.Unreachable);
        }
    }

    private HttpRequestMessage Request(HttpContext context, Permit permit, ReadOnlyMemory<byte> body)
    {
        var request = new HttpRequestMessage(new HttpMethod(permit.Request.Method), upstream.UriOf(permit.Request))
        {
            Version = new Version(1, 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        RequestHeaders.Copy(context, request);
        if (permit.Request.Method == "POST")
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    private static async Task<CredentialResponse> ReadAsync(HttpResponseMessage response, ImdsRequest request, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            return CredentialResponse.Failed(ForwardFailure.Unreadable, status);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(MaxAnswer + 1);
        var kept = false;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, MaxAnswer + 1), MaxAnswer + 1, throwOnEndOfStream: false, cancellation);
            var content = EnvelopeReader.Read(buffer.AsSpan(0, length), request.Endpoint.Kind, out var envelope);
            var isGood = length <= MaxAnswer
                && content != EnvelopeContent.Unreadable
                && (envelope is not null || !response.IsSuccessStatusCode);
            if (!isGood)
            {
                return CredentialResponse.Failed(ForwardFailure.Unreadable, status);
            }

            kept = true;
            return new CredentialResponse(status, EndToEndHeaders.Of(response), buffer, length, envelope);
        }
        finally
        {
            if (!kept)
            {
                CryptographicOperations.ZeroMemory(buffer);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
