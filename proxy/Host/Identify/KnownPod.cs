using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>A pod of this node and the addresses that identify it.</summary>
/// <param name="Identity">The pod's identity.</param>
/// <param name="Addresses">The pod's addresses; empty for a hostNetwork pod, which shares the addresses of its node.</param>
/// <param name="HostNetwork">Whether the pod shares the node's network.</param>
internal sealed record KnownPod(PodIdentity Identity, ImmutableArray<IPAddress> Addresses, bool HostNetwork);
