using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Facts about identities from the log and the base policy: their names, and whether they belong to the node or are protected.</summary>
internal sealed class IdentityFacts
{
    private const int MostNamespaces = 3;

    private readonly ImmutableArray<PolicyRule> _guards;
    private readonly PolicyDocument _policy;
    private readonly DemandIdentities _identities;
    private readonly HashSet<string> _protected;
    private readonly HashSet<string> _nameless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> _namespaces;

    public IdentityFacts(DemandTable table, PolicyDocument policy, LearnedIdentities learned, ImmutableArray<string> protect)
    {
        _policy = policy;
        _identities = new DemandIdentities(policy, learned);
        _guards = [.. policy.Rules.Where(static rule => rule.Deny.Any(static deny => !deny.Identities.IsDefault))];
        _protected = protect.Select(ClientIdOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _nameless.UnionWith(table.Demands.Where(static demand => demand is { Key: { Selector: null, Pin: null }, Answer: not null }).Select(static demand => demand.Answer!.ClientId));
        _namespaces = table.Demands
            .Where(static demand => demand is { IsAnswered: true, Answer: not null })
            .GroupBy(static demand => demand.Answer!.ClientId, StringComparer.Ordinal)
            .ToDictionary(
                static same => same.Key,
                static same => same.Select(static demand => demand.Key.Workload.Namespace).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray(),
                StringComparer.Ordinal);
    }

    /// <summary>The identity of a demand: the one that IMDS answered with, otherwise the one that its selector names; or null.</summary>
    public string? ClientIdOf(Demand demand) => _identities.ClientIdOf(demand);

    /// <summary>
    /// Why an identity is the node's or is protected from a workload, or null if it is neither. A deny of the base that names the identity
    /// protects it from the deny's workloads and reserves it for the workloads in its "except". For all other workloads, an identity is the
    /// node's if IMDS issued it to a request without a selector, or if several namespaces used it.
    /// </summary>
    public string? WhyNodeIdentity(string clientId, Demand demand)
    {
        if (_protected.Contains(clientId))
        {
            return "named by --protect";
        }

        var guards = _guards.Where(rule => rule.Deny.Any(deny => !deny.Identities.IsDefault && deny.Identities.Any(name => ClientIdOf(name) == clientId))).ToList();
        var workload = new PodIdentity(demand.Key.Workload.Namespace, "", "", demand.Key.Workload.ServiceAccount, demand.Key.Owner, []).Workload;
        return guards.Find(rule => IsNamed(rule, workload) && !IsExcepted(rule, workload)) is { } guard ? $"the rule {guard.Name} protects it"
            : guards.Exists(rule => IsNamed(rule, workload) && IsExcepted(rule, workload)) ? null
            : _nameless.Contains(clientId) ? "IMDS gives it to requests that name no identity"
            : _namespaces.TryGetValue(clientId, out var users) && users.Length > 1 ? UsedIn(users)
            : null;
    }

    private static string UsedIn(ImmutableArray<string> namespaces) =>
        $"used in {string.Join(", ", namespaces.Take(MostNamespaces))}{(namespaces.Length > MostNamespaces ? $" and {namespaces.Length - MostNamespaces} more namespaces" : "")}";

    /// <summary>The alias of an identity in the base, or null.</summary>
    public IdentityAlias? AliasOf(string clientId) => _identities.AliasOf(clientId);

    /// <summary>The names of an identity that answers showed. If there are several names of a kind, none is certain.</summary>
    public (string? ObjectId, string? ResourceId) NamesOf(string clientId) => (Only("object_id", clientId), Only("msi_res_id", clientId));

    private string? Only(string kind, string clientId) => _identities.Learned.NamesOf(kind, clientId).ToList() is [var only] ? only : null;

    // Labels only narrow a workload, so a rule that selects by them protects from all pods of the workload.
    private static bool IsNamed(PolicyRule rule, WorkloadIdentity workload) =>
        rule.Workloads.Any(match => (match with { Labels = default }).Matches(workload));

    // The workload is one of those for which the author keeps the identity.
    private static bool IsExcepted(PolicyRule rule, WorkloadIdentity workload) => rule.Except.Any(match => match.Matches(workload));

    private string ClientIdOf(string aliasOrClientId) =>
        _policy.Identities.FirstOrDefault(alias => alias.Name == aliasOrClientId)?.ClientId ?? aliasOrClientId;
}
