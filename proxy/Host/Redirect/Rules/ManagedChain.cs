using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>One of our chains: its rules, and the built-in chain that jumps to it.</summary>
/// <param name="Table">The iptables table.</param>
/// <param name="Hook">The built-in chain.</param>
/// <param name="Name">The name of our chain.</param>
/// <param name="Jump">The rule in the built-in chain, without <c>-A</c> and the chain.</param>
/// <param name="Rules">The rules of our chain in order, also without <c>-A</c> and the chain.</param>
/// <param name="Packets">The packets that our chain handles.</param>
internal sealed record ManagedChain(
    string Table,
    string Hook,
    string Name,
    string Jump,
    ImmutableArray<string> Rules,
    ImmutableArray<PacketShape> Packets);
