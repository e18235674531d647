using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Explain;

/// <summary>Why a permission speaks of a request or does not, in plain words.</summary>
internal static class PermissionWords
{
    public static string Of(PermissionExplanation permission, PolicyRule rule, ImdsRequest request)
    {
        var isAllow = permission.Kind == "allow";
        var identities = isAllow ? rule.Allow[permission.Index].Identities : rule.Deny[permission.Index].Identities;
        return permission.Result switch
        {
            MatchResult.Match => isAllow ? "allows it" : "denies it",
            MatchResult.Path => "another path",
            MatchResult.Wildcard => "its wildcard never covers this: the path must be written out",
            MatchResult.Method => $"another method: {Words(isAllow ? rule.Allow[permission.Index].Methods : rule.Deny[permission.Index].Methods)} only",
            MatchResult.Identity => $"{Identity(identities)} not the one asked for",
            MatchResult.UnresolvedIdentity => $"no alias of the policy has this {request.Selector?.Key}, so nobody can tell that {Identity(identities)} asked for",
            MatchResult.WaitsForAnswer => $"waits for the answer: denies it if {Identity(identities)} what IMDS answers with",
            MatchResult.Resource => Resource(isAllow ? rule.Allow[permission.Index].Resources : rule.Deny[permission.Index].Resources, request),
            _ => $"IMDS is not known to take {Words([.. request.Extra.Select(parameter => $"'{parameter.Key}'")])}, and extraQuery does not list it",
        };
    }

    private static string Identity(ImmutableArray<string> identities) =>
        identities.Length == 1 ? $"identity {identities[0]} is" : $"none of the identities {Words(identities)} is";

    private static string Resource(ImmutableArray<string> resources, ImdsRequest request) => request.Resource is null
        ? $"the request names no resource; this is for {Words(resources)}"
        : $"another resource: {Words(resources)} only";

    private static string Words(ImmutableArray<string> words) => string.Join(", ", words);
}
