namespace ImdsProxy.Redirect.Node;

/// <summary>Chooses the backend that the node uses, and says why.</summary>
internal static class BackendChoice
{
    /// <param name="wanted"><c>auto</c>, <c>nft</c> or <c>legacy</c>.</param>
    /// <param name="nft">What was found of nft.</param>
    /// <param name="legacy">What was found of legacy.</param>
    public static (BackendView View, string Why) Of(string wanted, BackendView nft, BackendView legacy)
    {
        if (nft.Program is null && legacy.Program is null)
        {
            throw new RedirectRefusal("iptables is missing: install the iptables package (nft or legacy), or run in an image that has it");
        }

        var choice = wanted switch
        {
            "nft" => (Demand(nft), "--backend nft"),
            "legacy" => (Demand(legacy), "--backend legacy"),
            _ => Auto(nft, legacy),
        };
        return choice.Item1.Failure is { } failure ? throw new IptablesFailure(failure) : choice;
    }

    private static BackendView Demand(BackendView view) => view.Program is null
        ? throw new RedirectRefusal($"--backend {view.Name}: iptables-{view.Name} is missing here")
        : view;

    private static (BackendView View, string Why) Auto(BackendView nft, BackendView legacy) => (nft, legacy) switch
    {
        _ when legacy.Program is null => (nft, "iptables-legacy is missing here"),
        _ when nft.Program is null => (legacy, "iptables-nft is missing here"),
        _ when legacy.Failure is not null => (nft, "iptables-legacy does not work here"),
        _ when nft.Failure is not null => (legacy, "iptables-nft does not work here"),
        _ when nft.HasKubeletHint => (nft, "kubelet's hint chain is in it"),
        _ when legacy.HasKubeletHint => (legacy, "kubelet's hint chain is in it"),
        _ when legacy.ForeignRules > nft.ForeignRules => (legacy, $"the node has {legacy.ForeignRules} rules in it and {nft.ForeignRules} in nft"),
        _ when nft.ForeignRules > 0 => (nft, $"the node has {nft.ForeignRules} rules in it and {legacy.ForeignRules} in legacy"),
        _ when legacy.HasOurs && !nft.HasOurs => (legacy, "our rules are in it"),
        _ => (nft, "the node has no rules in either"),
    };
}
