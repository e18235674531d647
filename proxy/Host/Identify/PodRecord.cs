using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>The fields of an API pod on this node that determine the owner of an address.</summary>
/// <param name="Identity">The pod's identity.</param>
/// <param name="ResourceVersion">The version of this state.</param>
/// <param name="Addresses">All addresses of the pod; for a hostNetwork pod, the node's addresses.</param>
/// <param name="HostAddresses">The addresses of the pod's node.</param>
/// <param name="HostNetwork">Whether the pod shares the node's network.</param>
/// <param name="Finished">Whether no container of the pod will run again, so that the pod's addresses may already belong to another pod.</param>
/// <param name="Deleting">Whether the pod is being deleted, so that another pod with its address takes precedence.</param>
internal sealed record PodRecord(
    PodIdentity Identity,
    string ResourceVersion,
    ImmutableArray<IPAddress> Addresses,
    ImmutableArray<IPAddress> HostAddresses,
    bool HostNetwork,
    bool Finished,
    bool Deleting)
{
    /// <summary>The UID that kubelet uses for a static pod whose mirror this is; null for any other pod.</summary>
    public string? StaticUid { get; init; }

    /// <summary>Whether requests from its addresses can come from this pod.</summary>
    public bool ClaimsAddresses => !HostNetwork && !Finished;
}
