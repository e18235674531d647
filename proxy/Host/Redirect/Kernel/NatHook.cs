namespace ImdsProxy.Redirect.Kernel;

/// <summary>A NAT chain of nf_tables that may translate packets before our redirect does.</summary>
/// <param name="Family">The family of the chain's table, as the kernel's number for it.</param>
/// <param name="Table">The name of the chain's table.</param>
/// <param name="Chain">The name of the chain.</param>
/// <param name="Priority">The priority. Lower numbers run earlier.</param>
internal sealed record NatHook(byte Family, string Table, string Chain, int Priority)
{
    /// <summary>The priority of iptables' own nat PREROUTING and OUTPUT in both backends (NF_IP_PRI_NAT_DST).</summary>
    public const int OurPriority = -100;

    /// <summary>Whether the chain certainly runs before our redirect. At the same priority, the chain that was created first runs first.</summary>
    public bool IsBefore => Priority < OurPriority;

    /// <summary>Whether this is a chain of iptables-nft.</summary>
    public bool IsOfIptables(string chain) => Family == NfTablesMessage.IPv4 && Table == "nat" && Chain == chain && Priority == OurPriority;

    public override string ToString() => $"nft {(Family == NfTablesMessage.IPv4 ? "ip" : "inet")} {Table} {Chain} (priority {Priority})";
}
