namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>One thing that goes wrong with one request.</summary>
public abstract record FakeFault
{
    private FakeFault()
    {
    }

    /// <summary>Nothing goes wrong.</summary>
    public sealed record None : FakeFault;

    /// <summary>The request is answered with a Status object.</summary>
    public sealed record Status(int Code, string Reason, int? RetryAfter = null, string? Message = null) : FakeFault;

    /// <summary>The connection is reset before an answer.</summary>
    public sealed record Drop : FakeFault;

    /// <summary>The watch is answered, says nothing after some events and is not closed: a firewall forgot it.</summary>
    public sealed record Silence(int AfterEvents = 0) : FakeFault;

    /// <summary>The connection is reset after some events, in the middle of a line where <paramref name="HalfLine"/>.</summary>
    public sealed record DropAfter(int Events, bool HalfLine = false) : FakeFault;

    /// <summary>The watch ends cleanly after some events.</summary>
    public sealed record EndAfter(int Events) : FakeFault;

    /// <summary>The watch says ERROR with 410 after some events.</summary>
    public sealed record ExpireAfter(int Events) : FakeFault;

    /// <summary>The watch says something that is no JSON after some events.</summary>
    public sealed record GarbageAfter(int Events) : FakeFault;

    /// <summary>Lines arrive in pieces of a few bytes.</summary>
    public sealed record Split(int Bytes) : FakeFault;
}
