using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Demands.Evidence;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Policy.Writing;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Writes the rules for a set of demands: one rule for each workload, or for workloads of several namespaces that need the same.</summary>
internal sealed class DraftPolicy
{
    // Rules for fewer workloads are easier to read and change separately.
    private const int FewestMerged = 3;

    private const int MostName = 100;
    private const int MostOwners = 3;

    private readonly IdentityFacts _facts;
    private readonly Dictionary<string, IdentityAlias> _new = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ruleNames;
    private readonly HashSet<string> _aliasNames;
    private readonly HashSet<string> _usedNames;
    private readonly Dictionary<DemandWorkload, string> _rules = [];

    /// <param name="policy">The base policy.</param>
    /// <param name="facts">What is known of identities.</param>
    /// <param name="wanted">The demands to allow or to deny quietly.</param>
    public DraftPolicy(PolicyDocument policy, IdentityFacts facts, IReadOnlyCollection<WantedDemand> wanted)
    {
        _facts = facts;
        _ruleNames = policy.Rules.Select(static rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        _aliasNames = policy.Identities.Select(static alias => alias.Name).ToHashSet(StringComparer.Ordinal);
        _usedNames = policy.Identities.SelectMany(static alias => new[] { alias.ObjectId, alias.ResourceId }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        AddAliases(wanted);
        Rules = [.. Groups(wanted).Select(RuleOf).OrderBy(static rule => rule.Name, StringComparer.Ordinal)];
        var merged = policy with
        {
            Identities = [.. policy.Identities, .. Identities],
            Rules = [.. policy.Rules, .. Rules],
        };
        Json = PolicyWriter.Write(merged);
        Load = PolicyLoader.Load(Json);
    }

    /// <summary>The suggested rules, by name.</summary>
    public ImmutableArray<PolicyRule> Rules { get; }

    /// <summary>The suggested aliases, by name.</summary>
    public ImmutableArray<IdentityAlias> Identities => [.. _new.Values.OrderBy(static alias => alias.Name, StringComparer.Ordinal)];

    /// <summary>The whole policy as JSON.</summary>
    public byte[] Json { get; }

    /// <summary>The result of loading the policy.</summary>
    public PolicyLoad Load { get; }

    /// <summary>The name of the suggested rule for a workload.</summary>
    public string RuleFor(DemandWorkload workload) => _rules[workload];

    private void AddAliases(IEnumerable<WantedDemand> wanted)
    {
        var clientIds = wanted.Where(static want => want.QuietPath is null).Select(static want => want.Permission.ClientId).OfType<string>();
        foreach (var clientId in clientIds.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(clientId => _facts.AliasOf(clientId) is null))
        {
            var (objectId, resourceId) = _facts.NamesOf(clientId);
            var isFree = resourceId is not null && _usedNames.Add(resourceId);
            _new[clientId] = new IdentityAlias(
                Unique(AliasName(clientId, resourceId), _aliasNames),
                clientId,
                objectId is not null && _usedNames.Add(objectId) ? objectId : null,
                isFree ? ManagedIdentityId.Canonical(resourceId!) : null);
        }
    }

    private static string AliasName(string clientId, string? resourceId) =>
        resourceId?[(resourceId.LastIndexOf('/') + 1)..] is { } name && NameFormat.IsName(name) && QueryValue.CanonicalGuid(name) is null
            ? name
            : $"identity-{clientId[..8]}";

    // Workloads that need exactly the same permissions share one rule if their service accounts have the same name in three or more namespaces.
    private static IEnumerable<List<IGrouping<DemandWorkload, WantedDemand>>> Groups(IEnumerable<WantedDemand> wanted) => wanted
        .GroupBy(static want => want.Demand.Key.Workload)
        .OrderBy(static workload => workload.Key)
        .GroupBy(static workload => (workload.Key.ServiceAccount, string.Join('\n', workload.Select(static want => want.NeedText).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))))
        .SelectMany(static same => same.Count() >= FewestMerged ? [same.ToList()] : same.Select(static one => new List<IGrouping<DemandWorkload, WantedDemand>> { one }));

    private PolicyRule RuleOf(List<IGrouping<DemandWorkload, WantedDemand>> workloads)
    {
        var first = workloads[0].Key;
        var name = Unique(workloads.Count == 1 ? $"{first.Namespace}-{first.ServiceAccount}" : $"{first.ServiceAccount}-in-{first.Namespace}-and-others", _ruleNames);
        workloads.ForEach(workload => _rules[workload.Key] = name);
        var needs = workloads[0].ToList();
        return new PolicyRule(
            name,
            Description([.. workloads.SelectMany(static workload => workload)]),
            null,
            [new WorkloadMatch([.. workloads.Select(static workload => workload.Key.Namespace)], [first.ServiceAccount], default, [])],
            [],
            Allows(needs),
            [.. needs.Select(static want => want.QuietPath).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static path => new DenyPermission(PathPattern.Of(path), default, default, default, Quiet: true))]);
    }

    private static string Description(IReadOnlyCollection<WantedDemand> wanted)
    {
        var owners = wanted.Select(static want => want.Demand.Key.Owner ?? "pods without an owner").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var named = string.Join(", ", owners.Take(MostOwners));
        return $"Suggested from the audit log, for {named}{(owners.Count > MostOwners ? " and others" : "")}.";
    }

    private ImmutableArray<AllowPermission> Allows(IEnumerable<WantedDemand> wanted) =>
    [
        .. wanted
            .Where(static want => want.QuietPath is null)
            .Select(static want => want.Permission)
            .Distinct()
            .GroupBy(static need => (need.Path, need.Method, need.ExtraNames, need.ClientId, NamesResource: need.Resource is not null))
            .OrderBy(static same => same.Key.Path, StringComparer.Ordinal)
            .ThenBy(static same => same.Key.Method, StringComparer.Ordinal)
            .ThenBy(static same => same.Key.ExtraNames, StringComparer.Ordinal)
            .ThenBy(static same => same.Key.ClientId, StringComparer.Ordinal)
            .ThenBy(static same => same.Key.NamesResource)
            .Select(same => AllowOf(same.First(), [.. same.Select(static need => need.Resource).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])),
    ];

    private AllowPermission AllowOf(WantedPermission need, ImmutableArray<string> resources) => new(
        PathPattern.Of(need.Path),
        [need.Method],
        need.ClientId is { } clientId ? [AliasNameOf(clientId)] : default,
        need.ClientId is null ? default : resources.IsEmpty ? ["*"] : resources,
        need.ExtraNames.Length == 0 ? [] : [.. need.ExtraNames.Split(',')]);

    private string AliasNameOf(string clientId) => (_facts.AliasOf(clientId) ?? _new[clientId]).Name;

    // A name that the base already uses gets a number. A name that is too long is cut and gets a hash, which is the same in every run.
    private static string Unique(string name, HashSet<string> taken)
    {
        const int room = 8;
        if (name.Length > MostName - room)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{name.AsSpan(0, MostName - (2 * room) - 1)}-{(uint)StableHash.Of(name):x8}");
        }

        var unique = name;
        for (var number = 2; !taken.Add(unique); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return unique;
    }
}
