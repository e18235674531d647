using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>Random policies over few names, so that their rules overlap in every way: pins, wildcards, aliases, modes, labels, owners, views.</summary>
internal sealed class RandomPolicies(Random random)
{
    public static readonly string[] ClientIds =
        ["11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002", "11111111-0000-4000-8000-000000000003"];

    public static readonly string[] ObjectIds =
        ["22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002", "22222222-0000-4000-8000-000000000003"];

    public static readonly string[] ResourceIds = [.. new[] { "one", "two", "three" }.Select(static name =>
        $"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")];

    public const string Application = "33333333-0000-4000-8000-000000000001";

    public static readonly string[] Resources =
        ["https://vault.azure.net", "https://VAULT.azure.net/", "https://management.azure.com", "api://app/Path", "api://app/path", Application];

    private static readonly string[] Namespaces = ["a", "a-b", "a-*", "a*", "shop", "shop-*", "*", "kube-system"];
    private static readonly string[] Accounts = ["web", "we*", "w*", "default", "*"];
    private static readonly string[] Owners = ["DaemonSet/log", "DaemonSet/*", "Job/a", "*", "DaemonSet/lo*"];

    private static readonly string[] AllowPaths =
    [
        "/metadata/instance", "/metadata/instance/**", "/metadata/instance/compute", "/metadata/instance/compute/*", "/metadata/instance/*/tags", "/metadata/**", "/metadata/*",
        "/metadata/versions", "/metadata/scheduledevents", "/metadata/attested/document", "/latest/meta-data", "/metadata/instance/compute/tags", "/metadata/instance/network/**",
    ];

    private static readonly string[] DenyPaths =
    [
        "/metadata/instance", "/metadata/instance/**", "/metadata/INSTANCE/compute/Tags", "/metadata/*/compute", "/**", "/metadata/identity/**", "/latest/**", "/metadata/identity/oauth2/token",
        "/metadata/identity/issuecredential", "/metadata/scheduledevents", "/metadata/instance/*/tags", "/*/*/oauth2/*", "/Latest/Meta-Data",
    ];

    private static readonly string[] Fields = ["compute.tags", "compute", "compute.tagsList.*.name", "network.interface.*.macAddress", "network", "compute.userData"];

    private static readonly string[][] MethodSets = [["GET"], ["POST"], ["GET", "POST"], ["PUT", "GET"]];

    private static readonly string[][] KeySets = [[], [], [], ["foo"], ["foo", "bar"], ["bar"], ["foo", "FOO"]];

    /// <summary>A policy of at most this many rules.</summary>
    public PolicyDocument Policy(int rules)
    {
        var aliases = Aliases(random.Next(1, 4));
        var mode = random.Next(4) == 0 ? PolicyMode.Audit : PolicyMode.Enforce;
        return new PolicyDocument(
            mode,
            random.Next(4) == 0 ? [Trusted()] : [],
            aliases,
            [.. Enumerable.Range(0, random.Next(1, rules + 1)).Select(index => Rule($"rule-{index}", aliases))],
            "0123456789ab");
    }

    /// <summary>The same policy after one edit.</summary>
    public PolicyDocument Edited(PolicyDocument policy)
    {
        if (policy.Rules.IsEmpty)
        {
            return policy with { Rules = [Rule("added", policy.Identities)] };
        }

        var at = random.Next(policy.Rules.Length);
        var rule = policy.Rules[at];
        return random.Next(10) switch
        {
            0 => policy with { Rules = policy.Rules.RemoveAt(at) },
            1 => policy with { Rules = policy.Rules.Add(Rule("added", policy.Identities)) },
            2 => policy with { Rules = policy.Rules.SetItem(at, rule with { Workloads = rule.Workloads.Add(Workload()) }) },
            3 => policy with { Rules = policy.Rules.SetItem(at, rule with { Except = random.Next(2) == 0 ? [] : rule.Except.Add(Workload()) }) },
            4 => policy with { Mode = policy.Mode == PolicyMode.Audit ? PolicyMode.Enforce : PolicyMode.Audit },
            5 => policy with { Identities = Aliases(policy.Identities.Length) },
            6 when !rule.Allow.IsEmpty => policy with { Rules = policy.Rules.SetItem(at, rule with { Allow = rule.Allow.SetItem(random.Next(rule.Allow.Length), Allow(policy.Identities)) }) },
            7 when !rule.Deny.IsEmpty => policy with { Rules = policy.Rules.SetItem(at, rule with { Deny = rule.Deny.SetItem(0, Toggled(rule.Deny[0])) }) },
            8 => policy with { Rules = policy.Rules.SetItem(at, rule with { Deny = rule.Deny.Add(Deny(policy.Identities)) }) },
            _ => policy with { Rules = policy.Rules.SetItem(at, rule with { Name = "renamed" }) },
        };
    }

    /// <summary>The same policies without pins, quiet denies and denied audiences, and with equal aliases. Natural requests show all their differences.</summary>
    public static (PolicyDocument A, PolicyDocument B) Plain(PolicyDocument a, PolicyDocument b)
    {
        var aliases = a.Identities.Length > b.Identities.Length ? a.Identities : b.Identities;
        return (Plain(a) with { Identities = aliases }, Plain(b) with { Identities = aliases, Mode = a.Mode });
    }

    public WorkloadMatch Workload() => new(
        random.Next(3) == 0 ? default : Some(Namespaces),
        random.Next(2) == 0 ? default : Some(Accounts),
        random.Next(4) != 0 ? default : Some(Owners),
        random.Next(4) switch
        {
            0 => [new("app", Of("web", "api"))],
            1 when random.Next(2) == 0 => [new("app", "web"), new("tier", "front")],
            _ => [],
        });

    public DenyPermission Deny(ImmutableArray<IdentityAlias> aliases)
    {
        var ofCredential = random.Next(2) == 0;
        return new DenyPermission(
            random.Next(3) == 0 ? null : PathPattern.Of(ofCredential ? Of("/metadata/identity/oauth2/token", "/metadata/identity/**", "/METADATA/identity/*") : Of(DenyPaths)),
            random.Next(3) != 0 ? default : [.. Of(MethodSets)],
            ofCredential && random.Next(3) != 0 ? Identities(aliases) : default,
            ofCredential && random.Next(2) == 0 ? SomeResources() : default,
            random.Next(3) == 0);
    }

    private PolicyRule Rule(string name, ImmutableArray<IdentityAlias> aliases)
    {
        ImmutableArray<AllowPermission> allow = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Allow(aliases))];
        return new PolicyRule(
            name,
            null,
            allow.IsEmpty && random.Next(3) == 0 ? (PolicyMode)random.Next(2) : null,
            [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Workload())],
            random.Next(3) == 0 ? [Workload()] : [],
            allow,
            [.. Enumerable.Range(0, random.Next(allow.IsEmpty ? 1 : 0, 3)).Select(_ => Deny(aliases))]);
    }

    private AllowPermission Allow(ImmutableArray<IdentityAlias> aliases)
    {
        switch (random.Next(5))
        {
            case 0 or 1:
                var identities = Identities(aliases);
                var pin = random.Next(3) == 0 ? identities.Where(static name => name != "*").Concat(aliases.Select(static alias => alias.Name)).FirstOrDefault() : null;
                return new AllowPermission(PathPattern.Of("/metadata/identity/oauth2/token"), ["GET"], identities, SomeResources(), [.. Of(KeySets)])
                {
                    AsIdentity = pin is null || identities.Contains("*", StringComparer.Ordinal) || identities.Contains(pin, StringComparer.Ordinal) ? pin : null,
                };
            case 2:
                return new AllowPermission(PathPattern.Of("/metadata/identity/issuecredential"), ["POST"], Identities(aliases), ["*"], [.. Of(KeySets)]);
            default:
                var path = Of(AllowPaths);
                return new AllowPermission(PathPattern.Of(path), [.. Of(MethodSets)], default, default, [.. Of(KeySets)]) { View = path.Contains("instance") ? View() : null };
        }
    }

    private DocumentView? View() => random.Next(5) switch
    {
        0 => DocumentView.Redact(Some(Fields)),
        1 => DocumentView.Keep(Some(Fields)),
        _ => null,
    };

    private ImmutableArray<IdentityAlias> Aliases(int count) =>
    [
        .. Enumerable.Range(0, count).Select(index => new IdentityAlias(
            $"id{index}",
            ClientIds[index],
            random.Next(3) == 0 ? null : ObjectIds[index],
            random.Next(3) switch { 0 => null, 1 when index == 0 => ResourceIds[2].ToUpperInvariant(), _ => ResourceIds[index % 2] + (index == 2 ? "x" : "") })),
    ];

    private ImmutableArray<string> Identities(ImmutableArray<IdentityAlias> aliases) => random.Next(4) == 0
        ? ["*"]
        : Some([.. aliases.Select(static alias => alias.Name), .. ClientIds]);

    private ImmutableArray<string> SomeResources() => random.Next(4) == 0 ? ["*"] : Some(Resources);

    private static PolicyDocument Plain(PolicyDocument policy) => policy with
    {
        Rules =
        [
            .. policy.Rules.Select(static rule => rule with
            {
                Allow = [.. rule.Allow.Select(static allow => allow with { AsIdentity = null })],
                Deny = [.. rule.Deny.Select(static deny => deny with { Quiet = false, Resources = deny.Resources.IsDefault ? default : [.. deny.Resources.Select(static name => name == Application ? "api://app" : name)] })],
            }),
        ],
    };

    private WorkloadMatch Trusted() => Workload() with { Owners = default, Labels = [] };

    private static DenyPermission Toggled(DenyPermission deny) => deny with { Quiet = !deny.Quiet };

    private ImmutableArray<string> Some(string[] names) => random.Next(3) == 0 ? [Of(names), Of(names)] : [Of(names)];

    private T Of<T>(params T[] items) => items[random.Next(items.Length)];
}
