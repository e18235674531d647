using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>How one rule meets one request.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="SpeaksOfCaller">Whether the caller is one of its workloads.</param>
/// <param name="IsExcepted">Whether the rule's <c>except</c> takes the caller out.</param>
/// <param name="Permissions">How each of its permissions meets the request.</param>
public sealed record RuleExplanation(
    string Rule,
    bool SpeaksOfCaller,
    bool IsExcepted,
    ImmutableArray<PermissionExplanation> Permissions);
