using ImdsProxy.Runtime;

namespace ImdsProxy.Listen;

/// <summary>What is known of the connection a request comes by, worked out once for all its requests.</summary>
/// <param name="use">What its source address uses of the proxy.</param>
/// <param name="interfaceIndex">The interface it came in by, or 0.</param>
/// <param name="interfaceName">That interface's name, or null.</param>
/// <param name="pod">The UID of the pod that had the address when the connection was accepted, or null where none was known.</param>
internal sealed class CallerConnection(AddressUse use, int interfaceIndex, string? interfaceName, string? pod = null)
{
    // Two milliseconds of work at most; who waits for an answer before it asks again pays a few microseconds once in so many.
    private const int RequestsInARow = 64;

    private string? _uid = pod;
    private int _requests;

    public AddressUse Use { get; } = use;

    public int InterfaceIndex { get; } = interfaceIndex;

    public string? InterfaceName { get; } = interfaceName;

    /// <summary>Its place among all connections; null in tests without a listener.</summary>
    public OpenConnection? Open { get; init; }

    /// <summary>What the kernel holds for the client, or null where it does not tell.</summary>
    public SocketTail? Tail { get; init; }

    /// <summary>Since when the client has not read all, and how much it had read by then. Belongs to <see cref="SlowReaders"/>.</summary>
    public (long Since, long Acknowledged)? Unread { get; set; }

    /// <summary>
    /// Counts a request, and says whether to leave the thread to others before it goes on: a client that sends on and on
    /// would keep it for itself (docs/decisions/0015).
    /// </summary>
    public bool IsToYield() => ++_requests % RequestsInARow == 0;

    /// <summary>
    /// Whether the connection belongs to this pod. It belongs for good to the pod that had the address when the connection
    /// was accepted: a later owner of the address never opened it. Where no pod was known then (kubelet publishes an
    /// address a second or two after the pod can use it), it belongs to the first pod that is known, unless the interface
    /// it came in by is gone: a pod's end takes its interface away, so the pod that opened it was an earlier one
    /// (docs/decisions/0024).
    /// </summary>
    public bool IsOf(string uid)
    {
        if (Volatile.Read(ref _uid) is { } owner)
        {
            return owner == uid;
        }

        return IsInterfaceThere() && (Interlocked.CompareExchange(ref _uid, uid, null) ?? uid) == uid;
    }

    private bool IsInterfaceThere() => InterfaceName is null || InterfaceNames.Of(InterfaceIndex) == InterfaceName;
}
