using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>A kind of packet, described as far as rules are compared with it.</summary>
/// <param name="Destination">Where it goes, or null for one of the node's own addresses.</param>
/// <param name="Protocol">Its protocol, or null for any.</param>
/// <param name="Ports">Its destination ports; empty for any.</param>
internal sealed record PacketShape(IPAddress? Destination, string? Protocol, ImmutableArray<int> Ports);
