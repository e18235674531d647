using System.Net;

namespace ImdsProxy.Runtime;

/// <summary>
/// The one whose requests and connections are counted together by limits. All callers in the node's network share its addresses, so
/// there the pod or the unit counts, not the address.
/// </summary>
/// <param name="Address">The source address.</param>
/// <param name="Owner">The pod's UID or the systemd unit, for a caller in the node's network; null for any other.</param>
internal readonly record struct CallerKey(IPAddress Address, string? Owner = null)
{
    public static implicit operator CallerKey(IPAddress address) => new(address);
}
