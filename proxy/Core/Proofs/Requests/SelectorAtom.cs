using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Selectors that no policy tells apart.</summary>
/// <param name="Selector">A member, or null for a request that names no identity.</param>
/// <param name="ClientIds">The client id that each policy resolves it to; null where only IMDS can.</param>
internal sealed record SelectorAtom(IdentitySelector? Selector, ImmutableArray<string?> ClientIds)
{
    /// <summary>The atom of requests without a selector.</summary>
    public static SelectorAtom None { get; } = new(null, []);

    public bool IsNone => Selector is null;

    /// <summary>The client id that a policy resolves it to, or null. Where one policy is compared with parts of itself, all have its aliases.</summary>
    public string? ClientId(int side) => ClientIds.IsEmpty ? null : ClientIds[Math.Min(side, ClientIds.Length - 1)];
}
