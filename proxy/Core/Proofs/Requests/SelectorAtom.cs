using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Selectors that no policy tells apart.</summary>
/// <param name="Selector">A member, or null for a request that names no identity.</param>
/// <param name="ClientIds">The client id to which each policy resolves the selector; null if only IMDS can resolve it.</param>
internal sealed record SelectorAtom(IdentitySelector? Selector, ImmutableArray<string?> ClientIds)
{
    /// <summary>The atom of requests without a selector.</summary>
    public static SelectorAtom None { get; } = new(null, []);

    public bool IsNone => Selector is null;

    /// <summary>The client id to which a policy resolves the selector, or null. If a policy is compared with parts of itself, all sides use its aliases.</summary>
    public string? ClientId(int side) => ClientIds.IsEmpty ? null : ClientIds[Math.Min(side, ClientIds.Length - 1)];
}
