using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>A set of workloads that all policies in question treat alike: a product of names and labels.</summary>
/// <param name="Namespaces">The namespaces, or null for any.</param>
/// <param name="ServiceAccounts">The service accounts, or null for any.</param>
/// <param name="Owners">The owners, or null for any.</param>
/// <param name="Labels">The labels.</param>
internal sealed record WorkloadBox(NameChoice? Namespaces, NameChoice? ServiceAccounts, NameChoice? Owners, LabelChoices Labels)
{
    public static WorkloadBox Everything { get; } = new(null, null, null, LabelChoices.None);

    /// <summary>The same box with other names in a dimension; null for any.</summary>
    public WorkloadBox With(int dimension, NameChoice? choice) => dimension switch
    {
        Dimension.Namespace => this with { Namespaces = choice },
        Dimension.ServiceAccount => this with { ServiceAccounts = choice },
        _ => this with { Owners = choice },
    };

    /// <summary>A pod of the set.</summary>
    public PodIdentity Example()
    {
        var (ns, account) = (Namespaces?.Example ?? "other", ServiceAccounts?.Example ?? "other");
        var labels = Labels.Values.Where(static label => label.Value is not null).Select(static label => KeyValuePair.Create(label.Key, label.Value!));
        return new PodIdentity(ns, $"{account}-0", "proof", account, Owners?.Example, labels);
    }
}
