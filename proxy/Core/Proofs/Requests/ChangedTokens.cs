namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The identities and resources that changed terms concern.</summary>
internal sealed class ChangedTokens
{
    private readonly HashSet<string> _identities = new(StringComparer.Ordinal);
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private bool _isAnyResource;

    private ChangedTokens()
    {
    }

    /// <summary>The client ids that are named.</summary>
    public IReadOnlySet<string> Identities => _identities;

    /// <summary>Whether any identity is concerned.</summary>
    public bool IsAnyIdentity { get; private set; }

    public static ChangedTokens Of(IEnumerable<RuleTerms> changed)
    {
        var all = new ChangedTokens();
        foreach (var meaning in changed)
        {
            foreach (var allow in meaning.Allows)
            {
                all.Add(allow.IsAnyIdentity, allow.Identities, allow.IsAnyResource, allow.Broads);
            }

            foreach (var deny in meaning.Denies)
            {
                all.Add(deny.IsAnyIdentity, deny.Identities, deny.IsAnyResource, deny.Broads);
            }
        }

        return all;
    }

    /// <summary>
    /// Whether terms may concern a request that a changed term concerns. A request that names no identity is matched by an allow
    /// of any identity, so allows are compared by resource only.
    /// </summary>
    public bool Meet(RuleTerms terms)
    {
        foreach (var allow in terms.Allows)
        {
            if (MeetResources(allow.IsAnyResource, allow.Broads))
            {
                return true;
            }
        }

        foreach (var deny in terms.Denies)
        {
            if (MeetResources(deny.IsAnyResource, deny.Broads) && (IsAnyIdentity || deny.IsAnyIdentity || _identities.Overlaps(deny.Identities)))
            {
                return true;
            }
        }

        return false;
    }

    private bool MeetResources(bool isAny, IEnumerable<string> names) => isAny || _isAnyResource || _resources.Overlaps(names);

    private void Add(bool isAnyIdentity, IEnumerable<string> identities, bool isAnyResource, IEnumerable<string> resources)
    {
        IsAnyIdentity |= isAnyIdentity;
        _isAnyResource |= isAnyResource;
        _identities.UnionWith(identities);
        _resources.UnionWith(resources);
    }
}
