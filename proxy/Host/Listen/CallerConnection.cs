namespace ImdsProxy.Listen;

/// <summary>What is known of the connection a request comes by, worked out once for all its requests.</summary>
/// <param name="slots">What its source address uses of the proxy.</param>
/// <param name="interfaceIndex">The interface it came in by, or 0.</param>
/// <param name="interfaceName">That interface's name, or null.</param>
internal sealed class CallerConnection(CallerSlots slots, int interfaceIndex, string? interfaceName)
{
    // Two milliseconds of work at most; who waits for an answer before it asks again pays a few microseconds once in so many.
    private const int RequestsInARow = 64;

    private string? _uid;
    private int _requests;

    public CallerSlots Slots { get; } = slots;

    public int InterfaceIndex { get; } = interfaceIndex;

    public string? InterfaceName { get; } = interfaceName;

    /// <summary>
    /// Counts a request, and says whether to leave the thread to others before it goes on: a client that sends on and on
    /// would keep it for itself (docs/decisions/0015).
    /// </summary>
    public bool IsToYield() => ++_requests % RequestsInARow == 0;

    /// <summary>
    /// Whether it is this pod's: it is the first one's that asks by it, for good. Whoever has the address later never
    /// opened it.
    /// </summary>
    public bool IsOf(string uid) => (Interlocked.CompareExchange(ref _uid, uid, null) ?? uid) == uid;
}
