using ImdsProxy.Core.Requests;

namespace ImdsProxy.Enforce;

/// <summary>The headers of a request, as the parser asks for them.</summary>
internal readonly struct KestrelHeaders(IHeaderDictionary headers) : IRequestHeaders
{
    public int Count(string name) => headers.TryGetValue(name, out var values) ? values.Count : 0;

    public string? First(string name) => headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}
