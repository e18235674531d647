using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz;

/// <summary>A request in the corpus's format: a line <c>METHOD TARGET</c>, then header lines.</summary>
internal readonly struct RequestText : IRequestHeaders
{
    private readonly List<KeyValuePair<string, string>> _headers;

    private RequestText(string method, string target, List<KeyValuePair<string, string>> headers)
    {
        Method = method;
        Target = target;
        _headers = headers;
    }

    public string Method { get; }

    public string Target { get; }

    public static RequestText Of(ReadOnlySpan<byte> input)
    {
        // Kestrel also decodes each byte of a target as one character.
        var lines = Encoding.Latin1.GetString(input).Split('\n');
        var space = lines[0].IndexOf(' ', StringComparison.Ordinal);
        var (method, target) = space < 0 ? ("GET", lines[0]) : (lines[0][..space], lines[0][(space + 1)..]);
        return new RequestText(method, target, [new("Host", "169.254.169.254"), .. lines.Skip(1).Select(Header)]);
    }

    public RequestResult Parse() => ImdsRequestParser.Parse(Method, Target, this);

    public int Count(string name) => _headers.Count(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    public string? First(string name)
    {
        var index = _headers.FindIndex(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : _headers[index].Value;
    }

    private static KeyValuePair<string, string> Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(line, "") : new(line[..colon], line[(colon + 1)..].Trim());
    }
}
