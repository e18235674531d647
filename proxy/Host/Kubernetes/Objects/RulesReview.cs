using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A SelfSubjectRulesReview: the question which rights the account has in a namespace, and the answer.</summary>
internal sealed class RulesReview
{
    [JsonPropertyOrder(-2)]
    public string ApiVersion { get; init; } = "authorization.k8s.io/v1";

    [JsonPropertyOrder(-1)]
    public string Kind { get; init; } = "SelfSubjectRulesReview";

    public RulesReviewSpec? Spec { get; init; }

    public RulesReviewStatus? Status { get; init; }
}
