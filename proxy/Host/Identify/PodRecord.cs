using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>What the API tells of a pod of this node, as far as it says who an address belongs to.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="ResourceVersion">Which state of it this is.</param>
/// <param name="Addresses">All its addresses; a hostNetwork pod's are the node's.</param>
/// <param name="HostAddresses">The addresses of the node it runs on.</param>
/// <param name="HostNetwork">Whether it shares the node's network.</param>
/// <param name="Finished">Whether none of its containers will ever run again, so that its addresses may be someone else's already.</param>
/// <param name="Deleting">Whether it is on its way out and gives way to a pod that is not.</param>
internal sealed record PodRecord(
    PodIdentity Identity,
    string ResourceVersion,
    ImmutableArray<IPAddress> Addresses,
    ImmutableArray<IPAddress> HostAddresses,
    bool HostNetwork,
    bool Finished,
    bool Deleting)
{
    /// <summary>Whether requests from its addresses can be its own.</summary>
    public bool ClaimsAddresses => !HostNetwork && !Finished;
}
