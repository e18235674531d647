using System.Collections.Immutable;

namespace ImdsProxy.Forward;

/// <summary>The headers that go on to IMDS: the one it requires, and those by which SDKs match an answer to a request.</summary>
internal static class RequestHeaders
{
    private static readonly ImmutableArray<string> Sent =
        ["Metadata", "x-ms-client-request-id", "x-ms-return-client-request-id"];

    public static void Copy(HttpContext from, HttpRequestMessage to)
    {
        foreach (var name in Sent)
        {
            if (from.Request.Headers.TryGetValue(name, out var values) && values.Count == 1)
            {
                to.Headers.TryAddWithoutValidation(name, values[0]);
            }
        }
    }
}
