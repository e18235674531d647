using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.TestKit;

/// <summary>An HTTP/1 request whose every byte the test chooses. Nothing is checked, encoded or added.</summary>
/// <param name="Method">Any text.</param>
/// <param name="Target">Any text; characters above U+00FF can't be sent.</param>
public sealed record RawRequest(string Method, string Target)
{
    /// <summary>The headers that every request to IMDS has.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> DefaultHeaders { get; } =
        [new("Host", "169.254.169.254"), new("Metadata", "true")];

    /// <summary>The headers in this order, duplicates included.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = DefaultHeaders;

    /// <summary>The body, sent unchanged. A test that needs a length or chunks writes them itself, or calls <see cref="WithBody"/>.</summary>
    public string Body { get; init; } = "";

    public string Version { get; init; } = "HTTP/1.1";

    public static RawRequest Get(string target) => new("GET", target);

    /// <summary>Adds a header, even if there already is one with that name.</summary>
    public RawRequest With(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    public RawRequest Without(string name) =>
        this with { Headers = Headers.RemoveAll(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) };

    /// <summary>Adds a body and its length.</summary>
    public RawRequest WithBody(string body) =>
        Without("Content-Length").With("Content-Length", $"{body.Length}") with { Body = body };

    public byte[] ToBytes()
    {
        var text = new StringBuilder($"{Method} {Target} {Version}\r\n");
        foreach (var header in Headers)
        {
            text.Append(header.Key).Append(": ").Append(header.Value).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").Append(Body).ToString());
    }
}
