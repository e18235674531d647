namespace ImdsProxy.Core.Demands;

/// <summary>The part of a pod's identity that nobody in the cluster can forge: its namespace and its service account. A suggested rule names both.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="ServiceAccount">The service account's name, without its namespace.</param>
public sealed record DemandWorkload(string Namespace, string ServiceAccount) : IComparable<DemandWorkload>
{
    public int CompareTo(DemandWorkload? other) =>
        other is null ? 1
        : string.CompareOrdinal(Namespace, other.Namespace) is var order and not 0 ? order
        : string.CompareOrdinal(ServiceAccount, other.ServiceAccount);

    public static bool operator <(DemandWorkload left, DemandWorkload right) => left.CompareTo(right) < 0;

    public static bool operator <=(DemandWorkload left, DemandWorkload right) => left.CompareTo(right) <= 0;

    public static bool operator >(DemandWorkload left, DemandWorkload right) => left.CompareTo(right) > 0;

    public static bool operator >=(DemandWorkload left, DemandWorkload right) => left.CompareTo(right) >= 0;

    /// <summary><c>namespace/service account</c>.</summary>
    public override string ToString() => $"{Namespace}/{ServiceAccount}";
}
