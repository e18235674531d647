namespace ImdsProxy.Redirect.Node;

/// <summary>Chooses the backend that the node uses, and gives the reason.</summary>
internal static class BackendChoice
{
    /// <param name="wanted"><c>auto</c>, <c>nft</c> or <c>legacy</c>.</param>
    /// <param name="nft">The nft backend as found.</param>
    /// <param name="legacy">The legacy backend as found.</param>
    public static (BackendView View, string Why) Of(string wanted, BackendView nft, BackendView legacy)
    {
        if (nft.Program is null && legacy.Program is null)
        {
            throw new RedirectRefusal("iptables is missing: install the iptables package (nft or legacy), or run in an image that has it");
        }

        var choice = wanted switch
        {
            "nft" => (Require(nft), "--backend nft"),
            "legacy" => (Require(legacy), "--backend legacy"),
            _ => Auto(nft, legacy),
        };
        return choice.Item1.Failure is { } failure ? throw new IptablesFailure(failure) : choice;
    }

    private static BackendView Require(BackendView view) => view.Program is null
        ? throw new RedirectRefusal($"--backend {view.Name}: iptables-{view.Name} is missing: install it, or choose --backend auto")
        : view;

    private static (BackendView View, string Why) Auto(BackendView nft, BackendView legacy) => (nft, legacy) switch
    {
        _ when legacy.Program is null => (nft, "iptables-legacy is not installed"),
        _ when nft.Program is null => (legacy, "iptables-nft is not installed"),
        _ when legacy.Failure is not null => (nft, "iptables-legacy does not work on this node"),
        _ when nft.Failure is not null => (legacy, "iptables-nft does not work on this node"),
        _ when nft.HasKubeletHint => (nft, "it has kubelet's hint chain"),
        _ when legacy.HasKubeletHint => (legacy, "it has kubelet's hint chain"),
        _ when legacy.ForeignRules > nft.ForeignRules => (legacy, $"the node has {legacy.ForeignRules} rules in legacy and {nft.ForeignRules} in nft"),
        _ when nft.ForeignRules > 0 => (nft, $"the node has {nft.ForeignRules} rules in nft and {legacy.ForeignRules} in legacy"),
        _ when legacy.HasOurs && !nft.HasOurs => (legacy, "it has our rules"),
        _ => (nft, "the node has no rules in either backend"),
    };
}
