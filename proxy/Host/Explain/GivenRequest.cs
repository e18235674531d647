using ImdsProxy.Core.Requests;

namespace ImdsProxy.Explain;

/// <summary>A request as given on the command line: <c>GET /metadata/…</c> and header lines.</summary>
/// <param name="Method">The method as written.</param>
/// <param name="Target">The request target as written.</param>
/// <param name="Headers">The headers to send. Host and Metadata are added unless they are given or removed explicitly.</param>
internal sealed record GivenRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Whether the request has IMDS's Metadata header. Without it, the request is a client's probe.</summary>
    public bool HasMetadata =>
        Headers.Count(header => Is(header, "Metadata")) == 1
        && Headers.Single(header => Is(header, "Metadata")).Value.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a request line. Throws a <see cref="FormatException"/> that states the expected format.</summary>
    public static GivenRequest Of(string line, IEnumerable<KeyValuePair<string, string>> headers)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || space == line.Length - 1)
        {
            throw new FormatException("write a method and a target, such as 'GET /metadata/instance?api-version=2021-02-01'");
        }

        return new GivenRequest(line[..space], line[(space + 1)..], Complete([.. headers]));
    }

    /// <summary>Parses <c>Name: value</c>. As in curl, a header without a value removes the default header.</summary>
    public static KeyValuePair<string, string> Header(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? KeyValuePair.Create(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new FormatException("write a name and a value, such as 'Metadata: true'");
    }

    public RequestResult Parse() => ImdsRequestParser.Parse(Method, Target, new GivenHeaders(Headers));

    private static List<KeyValuePair<string, string>> Complete(List<KeyValuePair<string, string>> given)
    {
        foreach (var (name, value) in new[] { ("Host", "169.254.169.254"), ("Metadata", "true") })
        {
            if (!given.Exists(header => Is(header, name)))
            {
                given.Add(KeyValuePair.Create(name, value));
            }
        }

        given.RemoveAll(header => header.Value.Length == 0);
        return given;
    }

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private readonly struct GivenHeaders(IReadOnlyList<KeyValuePair<string, string>> headers) : IRequestHeaders
    {
        private readonly IReadOnlyList<KeyValuePair<string, string>> _headers = headers;

        public int Count(string name) => _headers.Count(header => Is(header, name));

        public string? First(string name)
        {
            foreach (var header in _headers)
            {
                if (Is(header, name))
                {
                    return header.Value;
                }
            }

            return null;
        }
    }
}
