namespace ImdsProxy.LoadTests.Upstream;

/// <summary>As much of a request as the stub looks at.</summary>
internal readonly ref struct StubRequest(ReadOnlySpan<byte> head)
{
    private readonly ReadOnlySpan<byte> _head = head;

    /// <summary>Whether it asks for a token; all else is answered with the instance document.</summary>
    public bool IsToken => _head.StartsWith("GET /metadata/identity"u8);

    /// <summary>Whether it sets the stub's latency: <c>/_latency/MILLISECONDS</c>.</summary>
    public bool IsLatency => _head.StartsWith("GET /_latency/"u8);

    /// <summary>Whether it asks how much the stub has been asked: <c>/_count</c>.</summary>
    public bool IsCount => _head.StartsWith("GET /_count"u8);

    // Every client here writes it so, or in small letters.
    public bool WantsClose => _head.IndexOf("onnection: close\r\n"u8) > 0;

    /// <summary>The milliseconds of <see cref="IsLatency"/>.</summary>
    public int Milliseconds => System.Buffers.Text.Utf8Parser.TryParse(_head["GET /_latency/".Length..], out int value, out _) ? value : 0;
}
