namespace ImdsProxy.Redirect.Node;

/// <summary>The two implementations of iptables in the kernel. A node uses one of them.</summary>
internal enum Backend
{
    Nft,
    Legacy,
}
