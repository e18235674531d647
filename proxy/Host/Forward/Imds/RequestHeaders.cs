using System.Buffers;
using System.Collections.Immutable;

namespace ImdsProxy.Forward.Imds;

/// <summary>The headers that are passed on to IMDS: the required header, and the headers with which SDKs match an answer to a request.</summary>
internal static class RequestHeaders
{
    /// <summary>The header that IMDS requires in every request.</summary>
    public const string Metadata = "Metadata";

    /// <summary>The maximum length of a value. SDKs send a GUID.</summary>
    private const int MaxValue = 128;

    private static readonly ImmutableArray<string> Sent =
        [Metadata, "x-ms-client-request-id", "x-ms-return-client-request-id"];

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static void Copy(HttpContext from, HttpRequestMessage to)
    {
        foreach (var name in Sent)
        {
            if (from.Request.Headers.TryGetValue(name, out var values) && values.Count == 1 && IsPlain(values[0]))
            {
                to.Headers.TryAddWithoutValidation(name, values[0]);
            }
        }
    }

    // A value that can't be sent would make the request fail as if IMDS were down.
    private static bool IsPlain(string? value) => value is { Length: <= MaxValue } && !value.AsSpan().ContainsAnyExcept(Plain);
}
