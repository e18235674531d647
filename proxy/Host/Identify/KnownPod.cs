using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>A pod of this node and the addresses by which it is recognised.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="Addresses">Its addresses; empty for a hostNetwork pod, which does not pass the proxy.</param>
/// <param name="HostNetwork">Whether it shares the node's network.</param>
internal sealed record KnownPod(PodIdentity Identity, ImmutableArray<IPAddress> Addresses, bool HostNetwork);
