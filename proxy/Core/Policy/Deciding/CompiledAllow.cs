using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>An <see cref="AllowPermission"/> compiled for matching. Every field is matched narrowly.</summary>
internal sealed class CompiledAllow
{
    private readonly NameSet _identities;
    private readonly NameSet _resources;

    public CompiledAllow(PolicyRule rule, AllowPermission source, IdentityTable identities)
    {
        Rule = rule;
        Source = source;
        _identities = NameSet.Of(source.Identities, identities.ClientIdOf);
        _resources = NameSet.Of(source.Resources, ResourceName.Comparable);
        Pin = source.AsIdentity is { } pinned ? new PinnedRequests(pinned, identities.ClientIdOf(pinned)) : null;
    }

    public PolicyRule Rule { get; }

    public AllowPermission Source { get; }

    /// <summary>Adds the pinned identity to requests that name no identity. Null if the permission pins no identity.</summary>
    public PinnedRequests? Pin { get; }

    /// <summary>Whether path and method match, regardless of the requested identity or resource.</summary>
    public MatchResult MatchPath(ImdsRequest request)
    {
        if (!Source.Path.Matches(request.Path, StringComparison.Ordinal))
        {
            return MatchResult.Path;
        }

        if (Source.Path.HasWildcard && (!request.Endpoint.CoveredByWildcards || request.Method == "POST"))
        {
            return MatchResult.Wildcard;
        }

        return Source.Methods.Contains(request.Method, StringComparer.Ordinal) ? MatchResult.Match : MatchResult.Method;
    }

    /// <summary>Whether the request is allowed, given that <see cref="MatchPath"/> matched.</summary>
    public MatchResult MatchDetails(in Question question)
    {
        if (question.Request.Endpoint.IssuesCredential)
        {
            if (MatchIdentity(question) is var identity and not MatchResult.Match)
            {
                return identity;
            }

            if (!_resources.Contains(question.Resource))
            {
                return MatchResult.Resource;
            }
        }

        return AllowsExtra(question.Request.Extra) ? MatchResult.Match : MatchResult.Parameter;
    }

    // A request without a selector matches: the answer names the identity, and the policy decides again.
    private MatchResult MatchIdentity(in Question question) =>
        _identities.IsEverything ? MatchResult.Match
        : question.IsUnresolved ? MatchResult.UnresolvedIdentity
        : question.ClientId is null || _identities.Contains(question.ClientId) ? MatchResult.Match
        : MatchResult.Identity;

    private bool AllowsExtra(ImmutableArray<QueryParameter> extra)
    {
        foreach (var parameter in extra)
        {
            if (!Source.ExtraQuery.Contains(parameter.Key, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
