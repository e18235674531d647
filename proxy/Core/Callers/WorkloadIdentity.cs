using System.Collections.Frozen;

namespace ImdsProxy.Core.Callers;

/// <summary>
/// The attributes that a policy's workload matches. All pods of a workload have equal identities, so a policy computes
/// the effective rules once for all of them. The hash is computed once, when the pod becomes known.
/// </summary>
public sealed class WorkloadIdentity : IEquatable<WorkloadIdentity>
{
    private readonly int _hash;

    internal WorkloadIdentity(string ns, string serviceAccount, string? owner, FrozenDictionary<string, string> labels)
    {
        Namespace = ns;
        ServiceAccount = serviceAccount;
        Owner = owner;
        Labels = labels;
        _hash = HashCode.Combine(ns, serviceAccount, owner, LabelsHash(labels));
    }

    public string Namespace { get; }

    public string ServiceAccount { get; }

    public string? Owner { get; }

    public FrozenDictionary<string, string> Labels { get; }

    public bool Equals(WorkloadIdentity? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && Namespace == other.Namespace
            && ServiceAccount == other.ServiceAccount
            && Owner == other.Owner
            && SameLabels(Labels, other.Labels));

    public override bool Equals(object? obj) => Equals(obj as WorkloadIdentity);

    public override int GetHashCode() => _hash;

    // Labels are unordered, so their hash must not depend on order.
    private static int LabelsHash(FrozenDictionary<string, string> labels) =>
        labels.Aggregate(0, static (hash, label) => unchecked(hash + HashCode.Combine(label.Key, label.Value)));

    private static bool SameLabels(FrozenDictionary<string, string> left, FrozenDictionary<string, string> right) =>
        left.Count == right.Count
        && left.All(label => right.TryGetValue(label.Key, out var value) && value == label.Value);
}
