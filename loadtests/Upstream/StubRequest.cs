namespace ImdsProxy.LoadTests.Upstream;

/// <summary>The part of a request that the stub examines.</summary>
internal readonly ref struct StubRequest(ReadOnlySpan<byte> head)
{
    private readonly ReadOnlySpan<byte> _head = head;

    /// <summary>Whether the request is for a token. All others get the instance document.</summary>
    public bool IsToken => _head.StartsWith("GET /metadata/identity"u8);

    /// <summary>Whether the request sets the stub's latency: <c>/_latency/MILLISECONDS</c>.</summary>
    public bool IsLatency => _head.StartsWith("GET /_latency/"u8);

    /// <summary>Whether the request asks for the number of requests so far: <c>/_count</c>.</summary>
    public bool IsCount => _head.StartsWith("GET /_count"u8);

    // The clients here use this spelling, or lower case.
    public bool WantsClose => _head.IndexOf("onnection: close\r\n"u8) > 0;

    /// <summary>The value of <see cref="IsLatency"/>, in milliseconds.</summary>
    public int Milliseconds => System.Buffers.Text.Utf8Parser.TryParse(_head["GET /_latency/".Length..], out int value, out _) ? value : 0;
}
