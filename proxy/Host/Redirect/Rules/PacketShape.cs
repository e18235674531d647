using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>A kind of packet, described by the fields that rules are compared with.</summary>
/// <param name="Destination">The destination address, or null for one of the node's own addresses.</param>
/// <param name="Protocol">The protocol, or null for any.</param>
/// <param name="Ports">The destination ports, or empty for any.</param>
internal sealed record PacketShape(IPAddress? Destination, string? Protocol, ImmutableArray<int> Ports);
