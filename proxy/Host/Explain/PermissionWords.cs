using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Explain;

/// <summary>Explains in plain words whether a permission applies to a request, and why.</summary>
internal static class PermissionWords
{
    public static string Of(PermissionExplanation permission, PolicyRule rule, ImdsRequest request)
    {
        var isAllow = permission.Kind == "allow";
        var identities = isAllow ? rule.Allow[permission.Index].Identities : rule.Deny[permission.Index].Identities;
        return permission.Result switch
        {
            MatchResult.Match => isAllow ? "allows it" : "denies it",
            MatchResult.Path => "different path",
            MatchResult.Wildcard => "its wildcard never covers this path: write the path out",
            MatchResult.Method => $"different method: applies to {Words(isAllow ? rule.Allow[permission.Index].Methods : rule.Deny[permission.Index].Methods)} only",
            MatchResult.Identity => $"different identity: applies to {Words(identities)} only",
            MatchResult.UnresolvedIdentity => $"no alias in the policy has this {request.Selector?.Key}, so it cannot be matched to {Words(identities)}",
            MatchResult.WaitsForAnswer => $"decided by IMDS's answer: denies it if the identity is {string.Join(" or ", identities)}",
            MatchResult.Resource => Resource(isAllow ? rule.Allow[permission.Index].Resources : rule.Deny[permission.Index].Resources, request),
            _ => $"IMDS is not known to accept {Words([.. request.Extra.Select(parameter => $"'{parameter.Key}'")])}, and extraQuery does not list it",
        };
    }

    private static string Resource(ImmutableArray<string> resources, ImdsRequest request) => request.Resource is null
        ? $"the request names no resource: applies to {Words(resources)} only"
        : $"different resource: applies to {Words(resources)} only";

    private static string Words(ImmutableArray<string> words) => string.Join(", ", words);
}
