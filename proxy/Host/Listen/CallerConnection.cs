namespace ImdsProxy.Listen;

/// <summary>What is known of the connection a request comes by, worked out once for all its requests.</summary>
/// <param name="Slots">What its source address uses of the proxy.</param>
/// <param name="InterfaceIndex">The interface it came in by, or 0.</param>
/// <param name="InterfaceName">That interface's name, or null.</param>
internal sealed record CallerConnection(CallerSlots Slots, int InterfaceIndex, string? InterfaceName);
