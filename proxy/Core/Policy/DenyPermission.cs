using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>A permission that denies requests. Interpreted broadly: a missing field matches everything.</summary>
/// <param name="Path">Compared case-insensitively; null matches every path.</param>
/// <param name="Methods">In upper case; default matches every method.</param>
/// <param name="Identities">Aliases, client ids or <c>*</c>; default matches any. If given, the permission applies to credentials only.</param>
/// <param name="Resources">Resources or <c>*</c>; default matches any. If given, the permission applies to credentials only.</param>
/// <param name="Quiet">Whether the denial is recorded without an Event or an alert.</param>
public sealed record DenyPermission(
    PathPattern? Path,
    ImmutableArray<string> Methods,
    ImmutableArray<string> Identities,
    ImmutableArray<string> Resources,
    bool Quiet);
