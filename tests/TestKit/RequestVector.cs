using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.TestKit;

/// <summary>One row of the table of request targets.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Method">As sent.</param>
/// <param name="Target">As sent.</param>
/// <param name="Headers">All that are sent, <c>Host</c> and <c>Metadata: true</c> included.</param>
/// <param name="OutcomeKind">What must become of it.</param>
/// <param name="OutcomePath">The canonical path; null for <see cref="VectorOutcome.Reject"/>.</param>
/// <param name="SendsHttp10">Whether it is sent as HTTP/1.0.</param>
public sealed record RequestVector(
    string Name,
    string Method,
    string Target,
    ImmutableArray<KeyValuePair<string, string>> Headers,
    VectorOutcome OutcomeKind,
    string? OutcomePath,
    bool SendsHttp10)
{
    /// <summary>The request to send, with such a body as its headers announce; a POST that announces none gets a small one.</summary>
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
