using ImdsProxy.Core.Callers;
using ImdsProxy.Runtime;

namespace ImdsProxy.Listen;

/// <summary>The known facts about a connection, determined once for all its requests.</summary>
/// <param name="use">The share of the listener that the source address uses.</param>
/// <param name="interfaceIndex">The network interface on which the connection arrived, or 0.</param>
/// <param name="interfaceName">The name of that interface, or null.</param>
/// <param name="pod">The UID of the pod that held the address when the connection was accepted, or null if none was known.</param>
internal sealed class CallerConnection(AddressUse use, int interfaceIndex, string? interfaceName, string? pod = null)
{
    // This many requests take at most two milliseconds. For a client that waits for each answer, yielding costs a few microseconds once in 64 requests.
    private const int RequestsInARow = 64;

    private string? _uid = pod;
    private int _requests;

    public AddressUse Use { get; } = use;

    /// <summary>The owner of the client's socket, if the connection came through the node's network. The connection belongs to it permanently; otherwise null.</summary>
    public SocketOwner? Owner { get; init; }

    /// <summary>Whether the interface belongs to one pod alone, so that it proves who the caller is.</summary>
    public bool IsInterfaceEvidence { get; init; }

    public int InterfaceIndex { get; } = interfaceIndex;

    public string? InterfaceName { get; } = interfaceName;

    /// <summary>The listener's entry for the connection; null in tests without a listener.</summary>
    public OpenConnection? Open { get; init; }

    /// <summary>Shows the data that the kernel still holds for the client; null where the kernel does not report it.</summary>
    public SocketTail? Tail { get; init; }

    /// <summary>The time since which data has been unread, and the number of bytes that the client had read by then. Only <see cref="SlowReaders"/> uses it.</summary>
    public (long Since, long Acknowledged)? Unread { get; set; }

    /// <summary>
    /// Counts a request. Returns true if the request must yield the thread first: a client that sends without a pause would
    /// otherwise keep the thread to itself (docs/decisions/0015).
    /// </summary>
    public bool IsToYield() => ++_requests % RequestsInARow == 0;

    /// <summary>
    /// Whether the connection belongs to this pod. A connection belongs permanently to the pod that held the address when it was
    /// accepted: a later owner of the address did not open it. If no pod was known at that time (kubelet publishes an address a second
    /// or two after the pod can use it), it belongs to the first pod identified on it. One exception: if the interface of
    /// the connection is gone, an earlier pod opened it, because interfaces end with their pods (docs/decisions/0024).
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
