using System.Collections.Frozen;

namespace ImdsProxy.Core.Callers;

/// <summary>
/// A pod as the policy and the audit record see it. Namespace and service account are the trust anchors. Anyone who can
/// create pods can set labels and owner, so these only narrow an allow.
/// </summary>
public sealed class PodIdentity
{
    /// <param name="ns">The pod's namespace.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="uid">The pod's UID, which is never reused, even by a pod of the same name.</param>
    /// <param name="serviceAccount">The service account's name, without its namespace.</param>
    /// <param name="owner">The controlling workload as <c>Kind/name</c>, or null for a bare pod.</param>
    /// <param name="labels">The pod's labels.</param>
    public PodIdentity(
        string ns,
        string name,
        string uid,
        string serviceAccount,
        string? owner,
        IEnumerable<KeyValuePair<string, string>> labels)
    {
        Namespace = ns;
        Name = name;
        Uid = uid;
        ServiceAccount = serviceAccount;
        Owner = owner;
        Labels = labels.ToFrozenDictionary(StringComparer.Ordinal);
        Workload = new WorkloadIdentity(ns, serviceAccount, owner, Labels);
    }

    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    public string ServiceAccount { get; }

    /// <summary><c>Kind/name</c>, for example <c>DaemonSet/fluent-bit</c>, or null.</summary>
    public string? Owner { get; }

    public FrozenDictionary<string, string> Labels { get; }

    /// <summary>The part of the pod's identity that a policy can match: everything except its name and UID.</summary>
    public WorkloadIdentity Workload { get; }

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
