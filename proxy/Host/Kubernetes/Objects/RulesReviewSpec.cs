namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The namespace that a SelfSubjectRulesReview asks about.</summary>
internal sealed record RulesReviewSpec(string Namespace);
