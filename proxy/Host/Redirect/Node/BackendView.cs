using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>A backend as found on the node.</summary>
/// <param name="Backend">Which.</param>
/// <param name="Program">The programs' common name, for example <c>iptables-nft</c>; null where they are missing.</param>
/// <param name="Rules">Its rules now.</param>
/// <param name="Failure">Why they can't be read, or null: a kernel may lack one of the backends.</param>
internal sealed record BackendView(Backend Backend, string? Program, SavedRules Rules, string? Failure = null)
{
    /// <summary>The name as written on the command line.</summary>
    public string Name => Backend == Backend.Nft ? "nft" : "legacy";

    /// <summary>How many rules others have there.</summary>
    public int ForeignRules => Rules.Chains
        .Where(c => !RuleSet.IsOurs(c.Chain.Name))
        .Sum(c => c.Chain.Lines.Count(line => !line.Contains("imds-proxy g", StringComparison.Ordinal)));

    public bool HasOurs => Rules.Chains.Any(c => RuleSet.IsOurs(c.Chain.Name));

    /// <summary>Whether kubelet says that the node uses it: it makes these chains for that very purpose (KEP-3178).</summary>
    public bool HasKubeletHint =>
        Rules.Find("mangle", "KUBE-IPTABLES-HINT") is not null || Rules.Find("mangle", "KUBE-KUBELET-CANARY") is not null;
}
