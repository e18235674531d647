using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.TestKit;

/// <summary>A row of the table of request targets.</summary>
/// <param name="Name">The row's unique name.</param>
/// <param name="Method">The method as sent.</param>
/// <param name="Target">The target as sent.</param>
/// <param name="Headers">All headers that are sent, including <c>Host</c> and <c>Metadata: true</c>.</param>
/// <param name="OutcomeKind">The expected outcome.</param>
/// <param name="OutcomePath">The canonical path; null for <see cref="VectorOutcome.Reject"/>.</param>
/// <param name="SendsHttp10">Whether the request is sent as HTTP/1.0.</param>
public sealed record RequestVector(
    string Name,
    string Method,
    string Target,
    ImmutableArray<KeyValuePair<string, string>> Headers,
    VectorOutcome OutcomeKind,
    string? OutcomePath,
    bool SendsHttp10)
{
    /// <summary>The request to send, with the body that its headers announce. A POST without such headers gets a small body.</summary>
    public RawRequest ToRequest()
    {
        var request = new RawRequest(Method, Target) { Headers = Headers, Version = SendsHttp10 ? "HTTP/1.0" : "HTTP/1.1" };
        return Header("Transfer-Encoding") is not null ? request with { Body = $"{Json.Length:x}\r\n{Json}\r\n0\r\n\r\n" }
            : Header("Content-Length") is { } length ? request with { Body = BodyOf(int.Parse(length, CultureInfo.InvariantCulture)) }
            : Method == "POST" ? request.WithBody(Json)
            : request;
    }

    public override string ToString() => Name;

    private const string Json = """{"StartRequests":[]}""";

    private static string BodyOf(int length) => "{}".PadRight(length)[..length];

    private string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
