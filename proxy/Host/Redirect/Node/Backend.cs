namespace ImdsProxy.Redirect.Node;

/// <summary>The two ways in which iptables reaches the kernel. A node uses one of them.</summary>
internal enum Backend
{
    Nft,
    Legacy,
}
