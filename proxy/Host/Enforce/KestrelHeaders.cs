using ImdsProxy.Core.Requests;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Enforce;

/// <summary>The headers of a request, in the form that the parser needs.</summary>
internal readonly struct KestrelHeaders(IHeaderDictionary headers) : IRequestHeaders
{
    public int Count(string name) => Values(name).Count;

    public string? First(string name) => Values(name) is { Count: > 0 } values ? values[0] : null;

    // Kestrel keeps these two headers in fields, and finds all other headers by name.
    private StringValues Values(string name) => name switch
    {
        "Host" => headers.Host,
        "Transfer-Encoding" => headers.TransferEncoding,
        _ => headers.TryGetValue(name, out var values) ? values : StringValues.Empty,
    };
}
