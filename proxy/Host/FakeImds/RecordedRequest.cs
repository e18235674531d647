using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>A recorded request and the status of its response.</summary>
/// <param name="Method">The method as sent.</param>
/// <param name="Target">The target as sent.</param>
/// <param name="Headers">The headers as received. Multiple values of one header are joined by a comma and a space.</param>
/// <param name="Body">The body of a POST; empty for other methods.</param>
/// <param name="Status">The response status; 0 if no response was started.</param>
internal sealed record RecordedRequest(
    string Method, string Target, ImmutableArray<KeyValuePair<string, string>> Headers, string Body, int Status)
{
    /// <summary>The value of a header, or null if it was not sent.</summary>
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

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("method", Method);
        json.WriteString("target", Target);
        json.WriteStartObject("headers");
        foreach (var header in Headers)
        {
            json.WriteString(header.Key, header.Value);
        }

        json.WriteEndObject();
        if (Body.Length > 0)
        {
            json.WriteString("body", Body);
        }

        json.WriteNumber("status", Status);
        json.WriteEndObject();
    }
}
