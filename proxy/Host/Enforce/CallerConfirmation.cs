using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;
using ImdsProxy.Listen;

namespace ImdsProxy.Enforce;

/// <summary>Confirms that the pod found at an address is the caller, because an address may have been reused.</summary>
internal static class CallerConfirmation
{
    /// <summary>Returns the caller, or <see cref="Caller.Unknown"/> if the interface or the connection does not belong to the pod.</summary>
    /// <param name="callers">The known callers.</param>
    /// <param name="found">The caller at the address.</param>
    /// <param name="connection">The connection; null if it did not arrive through the data listener.</param>
    /// <param name="isOfAnotherPod">Whether another pod opened the connection, so that waiting does not help.</param>
    public static Caller Confirm(this ICallerSource callers, Caller found, CallerConnection? connection, out bool isOfAnotherPod)
    {
        var confirmed = callers.Confirm(found, connection?.InterfaceIndex ?? 0);
        isOfAnotherPod = confirmed is Caller.Pod pod && connection?.IsOf(pod.Identity.Uid) == false;
        return isOfAnotherPod ? Caller.Unknown.Instance : confirmed;
    }
}
