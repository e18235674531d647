using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>A <see cref="DenyPermission"/> compiled for matching. Every field is matched broadly.</summary>
internal sealed class CompiledDeny
{
    private readonly NameSet? _identities;
    private readonly NameSet? _resources;

    public CompiledDeny(PolicyRule rule, DenyPermission source, IdentityTable identities)
    {
        Rule = rule;
        Source = source;
        _identities = source.Identities.IsDefault ? null : NameSet.Of(source.Identities, identities.ClientIdOf);
        _resources = source.Resources.IsDefault ? null : NameSet.Of(source.Resources, ResourceName.Broad);
    }

    /// <summary>
    /// The order in which matching denies take precedence: denies that are not quiet first, then by the rule's name. The order
    /// in the document never matters.
    /// </summary>
    public static Comparison<CompiledDeny> Louder { get; } = static (left, right) =>
        left.Source.Quiet != right.Source.Quiet ? left.Source.Quiet.CompareTo(right.Source.Quiet)
        : string.CompareOrdinal(left.Rule.Name, right.Rule.Name);

    public PolicyRule Rule { get; }

    public DenyPermission Source { get; }

    /// <summary>Whether this deny covers everything on its path and method, regardless of the requested identity or resource.</summary>
    public bool IsUnconditional => _identities is null && _resources is null;

    /// <summary>Whether path and method match. A deny that names identities or resources applies to credentials only.</summary>
    public MatchResult MatchPath(ImdsRequest request)
    {
        if ((Source.Path is { } path && !path.Matches(request.Path, StringComparison.OrdinalIgnoreCase))
            || (!IsUnconditional && !request.Endpoint.IssuesCredential))
        {
            return MatchResult.Path;
        }

        return Source.Methods.IsDefault || Source.Methods.Contains(request.Method, StringComparer.Ordinal) ? MatchResult.Match : MatchResult.Method;
    }

    /// <summary>Whether the request is denied, given that <see cref="MatchPath"/> matched.</summary>
    public MatchResult MatchDetails(in Question question)
    {
        // A certificate can be redeemed for a token for any resource, so every resource matches.
        var resource = _resources is null
            || question.Request.Endpoint.Kind == EndpointKind.IssueCredential
            || _resources.Contains(question.BroadResource)
            || (question.AudienceId is { } audience && _resources.Contains(audience));
        if (!resource)
        {
            return MatchResult.Resource;
        }

        return _identities is null || _identities.IsEverything ? MatchResult.Match
            : question.ClientId is null ? MatchResult.WaitsForAnswer
            : _identities.Contains(question.ClientId) ? MatchResult.Match
            : MatchResult.Identity;
    }
}
