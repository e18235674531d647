using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>Whether the account has every right that the proxy uses, and no other.</summary>
/// <param name="rights">The account's rights.</param>
/// <param name="needed">The rights that the proxy uses with its settings.</param>
internal sealed class RightsCheck(RightsReader rights, IReadOnlyCollection<Right> needed) : ICheck
{
    public string Name => "rbac";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var found = await rights.ReadAsync(cancellation);
        if (found.Rights is not { } granted)
        {
            return Finding.NotApplicable(found.NoAccount ?? "The API server does not answer; see api-server.");
        }

        var missing = needed.Where(right => !granted.Any(one => one.Covers(right))).Select(static right => $"missing: {right}").ToList();
        var extra = granted.Where(one => !one.IsOfEveryAccount && !needed.Any(right => right.Covers(one))).Select(static right => $"too many: {right}").ToList();
        return (missing, extra) switch
        {
            ({ Count: > 0 }, _) => Finding.Broken(
                "The proxy's account lacks rights that it uses.", "Upgrade the release with this version's chart, or grant the rights to the ServiceAccount.").Listing([.. missing, .. extra]),
            (_, { Count: > 0 }) => Finding.Warning(
                "The proxy's account has rights that the proxy does not use, and an intruder in the proxy would have them too.",
                "Find the binding: kubectl get clusterrolebindings,rolebindings -A -o wide | grep imds-proxy. Remove it.").Listing(extra),
            _ => Finding.Good(
                "The proxy's account has every right that it uses, and no other"
                + (found.IsIncomplete ? " in RBAC; another authorizer of the cluster does not tell what it grants." : ".")),
        };
    }
}
