namespace ImdsProxy.Redirect.Kernel;

/// <summary>A chain of native nftables that may translate a pod's packets before iptables' nat does.</summary>
/// <param name="Family">Its table's family, by the kernel's number.</param>
/// <param name="Table">Its table.</param>
/// <param name="Chain">Its name.</param>
/// <param name="Priority">Where it stands: lower is earlier.</param>
internal sealed record NatHook(byte Family, string Table, string Chain, int Priority)
{
    /// <summary>The priority of iptables' own nat PREROUTING, of both backends (NF_IP_PRI_NAT_DST).</summary>
    public const int OursPriority = -100;

    /// <summary>Whether it comes before ours for certain. At the same priority, whichever was made first comes first.</summary>
    public bool IsBefore => Priority < OursPriority;

    public override string ToString() => $"nft {(Family == NfTablesMessage.IPv4 ? "ip" : "inet")} {Table} {Chain} (priority {Priority})";
}
