using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>What a rule denies, read broadly: a field left out means everything.</summary>
/// <param name="Path">Compared without case; null is every path.</param>
/// <param name="Methods">In capitals; default is every method.</param>
/// <param name="Identities">Aliases, client ids or <c>*</c>; default is any. Where given, only credentials are meant.</param>
/// <param name="Resources">Resources or <c>*</c>; default is any. Where given, only credentials are meant.</param>
/// <param name="Quiet">Recorded, but no Event and no alert.</param>
public sealed record DenyPermission(
    PathPattern? Path,
    ImmutableArray<string> Methods,
    ImmutableArray<string> Identities,
    ImmutableArray<string> Resources,
    bool Quiet);
