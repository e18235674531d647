using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>The result of matching one permission against one request.</summary>
/// <param name="Kind"><c>allow</c> or <c>deny</c>.</param>
/// <param name="Index">The permission's index among the allows or denies of its rule, from 0.</param>
/// <param name="Path">The permission's path, as written.</param>
/// <param name="Result">A match, or the difference.</param>
public sealed record PermissionExplanation(string Kind, int Index, string Path, MatchResult Result);
