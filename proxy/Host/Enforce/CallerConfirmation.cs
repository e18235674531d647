using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;
using ImdsProxy.Listen;

namespace ImdsProxy.Enforce;

/// <summary>Confirms that the pod found at an address is the caller, because an address may have been reused.</summary>
internal static class CallerConfirmation
{
    /// <summary>Returns the caller of a connection: by the owner of its socket if it came through the node's network, otherwise by its address.</summary>
    public static Caller Find(this ICallerSource callers, IPAddress address, CallerConnection? connection) => connection?.Owner switch
    {
        null => callers.Find(address),
        SocketOwner.OfPod pod => callers.FindOnHost(pod.Uid),
        _ => Caller.Unknown.InstanceOnHost,
    };

    /// <summary>Waits until the caller of a connection is known. A socket without an owner stays unknown.</summary>
    public static ValueTask<Caller> WaitAsync(
        this ICallerSource callers, IPAddress address, CallerConnection? connection, TimeSpan wait, CancellationToken cancellation) => connection?.Owner switch
        {
            null => callers.WaitAsync(address, wait, cancellation),
            SocketOwner.OfPod pod => callers.WaitOnHostAsync(pod.Uid, wait, cancellation),
            _ => new ValueTask<Caller>(Caller.Unknown.InstanceOnHost),
        };

    /// <summary>Returns the caller, or <see cref="Caller.Unknown"/> if the interface or the connection does not belong to the pod.</summary>
    /// <param name="callers">The known callers.</param>
    /// <param name="found">The caller at the address.</param>
    /// <param name="connection">The connection; null if it did not arrive through the data listener.</param>
    /// <param name="isOfAnotherPod">Whether another pod opened the connection, so that waiting does not help.</param>
    public static Caller Confirm(this ICallerSource callers, Caller found, CallerConnection? connection, out bool isOfAnotherPod)
    {
        if (connection?.Owner is not null)
        {
            // The socket itself proves its owner, and the connection keeps that owner for good.
            isOfAnotherPod = false;
            return found;
        }

        var confirmed = callers.Confirm(found, connection?.InterfaceIndex ?? 0);
        isOfAnotherPod = confirmed is Caller.Pod pod && connection?.IsOf(pod.Identity.Uid) == false;
        return isOfAnotherPod ? Caller.Unknown.Instance : confirmed;
    }
}
