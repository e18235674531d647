namespace ImdsProxy.HostPods;

/// <summary>The head of a request that the node's own traffic contained.</summary>
/// <param name="Method">The method as sent; empty if the bytes are no HTTP.</param>
/// <param name="Target">The target as sent; empty if the bytes are no HTTP.</param>
/// <param name="Headers">The headers, in order.</param>
internal sealed record RequestHead(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Stands for the rest of a connection whose bytes could not be followed.</summary>
    public static RequestHead Lost { get; } = new("", "", []);

    /// <summary>The number of headers with a name.</summary>
    public int Count(string name) => Headers.Count(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of the first header with a name, or null.</summary>
    public string? First(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
