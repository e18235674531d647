using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.TestKit;

/// <summary>A response as it arrived over the wire.</summary>
/// <param name="Version">For example <c>HTTP/1.1</c>.</param>
/// <param name="Status">For example 200.</param>
/// <param name="Headers">The headers in order, duplicates included.</param>
/// <param name="Body">The body without chunk framing.</param>
/// <param name="Complete">False if the connection ended within the body.</param>
public sealed record RawResponse(
    string Version, int Status, ImmutableArray<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body, bool Complete)
{
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The first value of a header, or null if it is missing.</summary>
    public string? Header(string name)
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
