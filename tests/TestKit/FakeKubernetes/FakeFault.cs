namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A fault in the handling of one request.</summary>
public abstract record FakeFault
{
    private FakeFault()
    {
    }

    /// <summary>No fault.</summary>
    public sealed record None : FakeFault;

    /// <summary>The response is a Status object.</summary>
    public sealed record Status(int Code, string Reason, int? RetryAfter = null, string? Message = null) : FakeFault;

    /// <summary>The connection is reset before a response.</summary>
    public sealed record Drop : FakeFault;

    /// <summary>The watch goes silent after some events but stays open, as behind a firewall that forgot the connection.</summary>
    public sealed record Silence(int AfterEvents = 0) : FakeFault;

    /// <summary>The connection is reset after some events; in the middle of a line if <paramref name="HalfLine"/> is set.</summary>
    public sealed record DropAfter(int Events, bool HalfLine = false) : FakeFault;

    /// <summary>The watch ends cleanly after some events.</summary>
    public sealed record EndAfter(int Events) : FakeFault;

    /// <summary>The watch sends ERROR with code 410 after some events.</summary>
    public sealed record ExpireAfter(int Events) : FakeFault;

    /// <summary>The watch sends text that is not JSON after some events.</summary>
    public sealed record GarbageAfter(int Events) : FakeFault;

    /// <summary>Lines arrive in segments of a few bytes.</summary>
    public sealed record Split(int Bytes) : FakeFault;
}
