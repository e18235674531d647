using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>Converts failures of the API server or the network into a <see cref="KubeException"/> that says what to do.</summary>
internal static class KubeFailures
{
    // A Status object is small; a larger body is something else.
    private const int LongestStatus = 64 << 10;

    private const int LongestMessage = 1024;

    /// <summary>Reads an unsuccessful response.</summary>
    public static async Task<KubeException> ReadAsync(HttpResponseMessage answer, KubeVerb verb, TimeProvider time, CancellationToken cancellation)
    {
        var status = await ReadStatusAsync(answer, cancellation);
        return Of(status, answer.StatusCode, verb, RetryAfter(answer.Headers.RetryAfter, time));
    }

    /// <summary>Reads the Status object of a watch's ERROR event.</summary>
    public static KubeException FromErrorEvent(ReadOnlySequence<byte> json, KubeVerb verb)
    {
        var reader = new Utf8JsonReader(json);
        var status = JsonSerializer.Deserialize(ref reader, KubeJson.Default.StatusObject) ?? new StatusObject();
        return Of(status, (HttpStatusCode)status.Code, verb, retryAfter: null);
    }

    /// <summary>Describes a request that received no response.</summary>
    public static KubeException Unreachable(Uri server, HttpRequestException e)
    {
        Exception cause = e;
        while (cause is not AuthenticationException && cause.InnerException is { } inner)
        {
            // The innermost exception names the cause, such as "refused" or "no route". A certificate error already explains itself.
            cause = inner;
        }

        return new KubeException($"the API server at {server} is unreachable: {cause.Message}", e);
    }

    private static KubeException Of(StatusObject status, HttpStatusCode code, KubeVerb verb, TimeSpan? retryAfter)
    {
        var said = Cut(status.Message ?? "");
        return new KubeException(Explain(code, verb, said), code, status.Reason, retryAfter ?? Seconds(status.Details?.RetryAfterSeconds))
        {
            // NewTooLargeResourceVersionError in apiserver/pkg/storage/errors.go is a Timeout with this cause.
            IsAheadOfServer = status.Details?.Causes?.Exists(static cause => cause.Reason == "ResourceVersionTooLarge") == true
                || said.StartsWith("Too large resource version", StringComparison.Ordinal),
        };
    }

    private static string Explain(HttpStatusCode code, KubeVerb verb, string said) => code switch
    {
        HttpStatusCode.Forbidden when IsAdmission(said) =>
            $"the cluster's admission control refuses to let the service account {verb.Verb} {verb.Resource} ({verb.Scope}): {said}",
        HttpStatusCode.Forbidden =>
            $"RBAC: the service account may not {verb.Verb} {verb.Resource} ({verb.Scope}); grant the verb \"{verb.Verb}\" on the resource \"{verb.Resource}\". The API server says: {said}",
        HttpStatusCode.Unauthorized =>
            $"the API server rejected the token (401, {verb.Verb} {verb.Resource}): {said}",
        _ => $"the API server answered {(int)code} to {verb.Verb} {verb.Resource}: {said}",
    };

    // If admission control refuses a request, the role is correct. The phrases come from the API server
    // (webhook/errors/statuserror.go, policy/validating/plugin.go).
    private static bool IsAdmission(string said) =>
        said.Contains("admission webhook", StringComparison.Ordinal) || said.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal);

    private static async Task<StatusObject> ReadStatusAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestStatus);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            var length = await body.ReadAtLeastAsync(buffer, LongestStatus, throwOnEndOfStream: false, cancellation);
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), KubeJson.Default.StatusObject) ?? new StatusObject();
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            return new StatusObject { Message = answer.ReasonPhrase };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time) =>
        header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static TimeSpan? Seconds(int? seconds) => seconds is { } number ? TimeSpan.FromSeconds(number) : null;

    private static string Cut(string text) => text.Length > LongestMessage ? text[..LongestMessage] : text;
}
