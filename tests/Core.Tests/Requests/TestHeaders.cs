using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Requests;

/// <summary>Request headers from a list.</summary>
internal readonly struct TestHeaders(IEnumerable<KeyValuePair<string, string>> headers) : IRequestHeaders
{
    public static TestHeaders Default { get; } = new([new("Host", "169.254.169.254"), new("Metadata", "true")]);

    public int Count(string name) => headers.Count(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    public string? First(string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
