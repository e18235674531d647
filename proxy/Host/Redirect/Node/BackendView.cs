using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>A backend as found on the node.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Program">The name of the backend's program, such as <c>iptables-nft</c>, or null if the program is missing.</param>
/// <param name="Rules">The current rules of the backend.</param>
/// <param name="Failure">Why the rules can't be read, or null. A kernel may lack one of the backends.</param>
internal sealed record BackendView(Backend Backend, string? Program, SavedRules Rules, string? Failure = null)
{
    /// <summary>The name used on the command line.</summary>
    public string Name => Backend == Backend.Nft ? "nft" : "legacy";

    /// <summary>The number of rules that are not ours.</summary>
    public int ForeignRules => Rules.Chains
        .Where(c => !RuleSet.IsOurs(c.Chain.Name))
        .Sum(c => c.Chain.Lines.Count(line => !RuleMark.IsIn(line)));

    public bool HasOurs => Rules.Chains.Any(c => RuleSet.IsOurs(c.Chain.Name));

    /// <summary>
    /// Whether the kubelet marks this backend as the backend of the node. The kubelet creates these chains for that purpose
    /// (KEP-3178).
    /// </summary>
    public bool HasKubeletHint =>
        Rules.Find("mangle", "KUBE-IPTABLES-HINT") is not null || Rules.Find("mangle", "KUBE-KUBELET-CANARY") is not null;
}
