namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The rights of an account.</summary>
internal sealed class RulesReviewStatus
{
    public List<ResourceRule>? ResourceRules { get; init; }

    /// <summary>Whether an authorizer can't list the rights that it grants.</summary>
    public bool Incomplete { get; init; }
}
