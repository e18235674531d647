using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Decisions as tables: modes and their exceptions, rules with their own mode, unidentified callers, and answers.</summary>
public sealed class PolicyDecisionTests
{
    private const string Location = "/metadata/instance/compute/location?api-version=2021-02-01";
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
    private const string ShopMayRead = """{"name":"shop","workloads":[{"namespaces":["shop"]}],"allow":[{"path":"/metadata/instance/**"},{"path":"/metadata/identity/oauth2/token","identities":["adx-ingest"],"resources":["https://vault.azure.net"]}]}""";

    // mode and exceptions | further rules | caller | target | decision, reason, rule, mode
    public static TheoryData<string, string, string, string, string> Decisions => new()
    {
        { "enforce", "", "shop", Location, "Permit Rule shop Enforce" },
        { "enforce", "", "logging", Location, "Denial NoRule - Enforce" },
        { "enforce", "", "unknown", Location, "Denial CallerUnknown - Enforce" },
        { "enforce", "", "ambiguous", Location, "Denial CallerAmbiguous - Enforce" },
        { "enforce", "", "node", Location, "Denial CallerIsNode - Enforce" },
        { "enforce", "", "logging", "/latest/meta-data", "Denial UnknownEndpoint - Enforce" },
        { "enforce", "", "shop", Location + "&foo=bar", "Denial UnknownParameter - Enforce" },
        { "audit", "", "shop", Location, "Permit Rule shop Audit" },
        { "audit", "", "logging", Location, "Shadow NoRule - Audit" },
        { "audit", "", "unknown", Location, "Shadow CallerUnknown - Audit" },
        { "audit", "", "ambiguous", Location, "Shadow CallerAmbiguous - Audit" },
        { "audit", "", "node", Location, "Shadow CallerIsNode - Audit" },
        { "audit", "", "shop", Location + "&foo=bar", "Shadow UnknownParameter - Audit" },

        { "audit", Guard(null), "unknown", Location, "Shadow CallerUnknown - Audit" },
        { "audit", NoKubelet, "unknown", Token + "&client_id=" + Cluster.KubeletId, "Denial CallerUnknown no-kubelet Enforce" },
        { "audit", NoKubelet, "unknown", Token + "&client_id=" + Cluster.IngestId, "Shadow CallerUnknown - Audit" },
        { "audit", Guard("enforce", "b") + "," + Guard("enforce", "a"), "unknown", Location, "Denial CallerUnknown a Enforce" },

        { "audit,enforceOnly:logging", "", "logging", Location, "Denial NoRule - Enforce" },
        { "audit,enforceOnly:logging", "", "infected", Location, "Shadow NoRule - Audit" },
        { "audit,enforceOnly:logging", "", "unknown", Location, "Denial CallerUnknown - Enforce" },
        { "audit,enforceOnly:logging", "", "ambiguous", Location, "Denial CallerAmbiguous - Enforce" },
        { "enforce,auditOnly:logging", "", "logging", Location, "Shadow NoRule - Audit" },
        { "enforce,auditOnly:logging", "", "infected", Location, "Denial NoRule - Enforce" },
        { "enforce,auditOnly:logging", "", "unknown", Location, "Denial CallerUnknown - Enforce" },

        { "audit", Guard("enforce"), "shop", Location, "Denial DenyRule guard Enforce" },
        { "audit", Guard("enforce"), "shop", Token, "Permit Rule shop Audit" },
        { "audit", Guard(null, "b") + "," + Guard(null, "a"), "shop", Location, "Shadow DenyRule a Audit" },
        { "audit", Guard("enforce"), "kube-system", Location, "Shadow NoRule - Audit" },
        { "audit", Guard("enforce"), "unknown", Location, "Denial CallerUnknown guard Enforce" },
        { "audit", Guard("enforce"), "ambiguous", Location, "Denial CallerAmbiguous guard Enforce" },
        { "audit", Guard("enforce"), "unknown", "/metadata/versions", "Shadow CallerUnknown - Audit" },
        { "enforce", Guard("audit"), "shop", Location, "Shadow DenyRule guard Enforce" },
        { "enforce", Guard("audit"), "logging", Location, "Denial NoRule - Enforce" },
        { "audit", Guard("audit"), "logging", Location, "Shadow DenyRule guard Audit" },
        { "enforce,auditOnly:shop", Guard("enforce"), "shop", Location, "Denial DenyRule guard Enforce" },
        { "enforce,auditOnly:shop", Guard(null), "shop", Location, "Shadow DenyRule guard Audit" },
        { "audit,enforceOnly:shop", Guard(null), "shop", Location, "Denial DenyRule guard Enforce" },
        { "audit,enforceOnly:shop", Guard("audit"), "shop", Location, "Shadow DenyRule guard Enforce" },

        { "enforce", "", "shop", Token, "Permit Rule shop Enforce" },
        { "enforce", "", "shop", Token + "&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "Permit Rule shop Enforce" },
        { "enforce", "", "shop", Token + "&client_id=e5dbcd30-9b3d-4041-b791-ac23f9038175", "Denial NoRule - Enforce" },
        { "enforce", "", "shop", Token + "&object_id=aaaaaaaa-0000-4000-8000-000000000001", "Denial NoRule - Enforce" },
        { "enforce", "", "shop", Token.Replace("vault", "storage", StringComparison.Ordinal), "Denial NoRule - Enforce" },
        { "enforce", "", "shop", "/metadata/identity/oauth2/token?api-version=2018-02-01", "Denial NoRule - Enforce" },
    };

    // mode | further rules | selector of the request | client id and resource of the answer | decision
    public static TheoryData<string, string, string, string, string, string> Answers => new()
    {
        { "enforce", "", "", Cluster.IngestId, "https://vault.azure.net", "Permit Rule shop Enforce" },
        { "enforce", "", "", Cluster.IngestId, "https://VAULT.azure.net/", "Permit Rule shop Enforce" },
        { "enforce", "", "", Cluster.KubeletId, "https://vault.azure.net", "Denial IdentityMismatch - Enforce" },
        { "enforce", "", "", Cluster.IngestId, "https://storage.azure.net", "Denial IdentityMismatch - Enforce" },
        { "enforce", "", "&client_id=" + Cluster.IngestId, Cluster.KubeletId, "https://vault.azure.net", "Denial IdentityMismatch - Enforce" },
        { "enforce", AnyIdentity, "&client_id=" + Cluster.IngestId, Cluster.KubeletId, "https://vault.azure.net", "Denial IdentityMismatch - Enforce" },
        { "audit", AnyIdentity, "&client_id=" + Cluster.IngestId, Cluster.KubeletId, "https://vault.azure.net", "Shadow IdentityMismatch - Audit" },
        { "enforce,auditOnly:shop", AnyIdentity, "&client_id=" + Cluster.IngestId, Cluster.KubeletId, "https://vault.azure.net", "Shadow IdentityMismatch - Audit" },
        { "enforce", AnyIdentity, "", Cluster.KubeletId, "https://vault.azure.net", "Permit Rule any Enforce" },
        { "enforce", AnyIdentity.Replace("any", "yet-another", StringComparison.Ordinal), "", Cluster.KubeletId, "https://vault.azure.net", "Permit Rule yet-another Enforce" },
        { "enforce", AnyIdentity + "," + NoStorage, "", Cluster.IngestId, "https://Storage.azure.com//", "Denial DenyRule no-storage Enforce" },
        { "enforce", AnyIdentity + "," + NoKubelet, "", Cluster.KubeletId, "https://vault.azure.net", "Denial DenyRule no-kubelet Enforce" },
        { "enforce", AnyIdentity + "," + NoKubelet, "&object_id=aaaaaaaa-0000-4000-8000-000000000001", Cluster.KubeletId, "https://vault.azure.net", "Denial DenyRule no-kubelet Enforce" },
        { "audit", "", "", Cluster.KubeletId, "https://vault.azure.net", "Shadow IdentityMismatch - Audit" },
        { "audit", NoKubelet, "", Cluster.KubeletId, "https://vault.azure.net", "Denial DenyRule no-kubelet Enforce" },
    };

    private const string AnyIdentity = """{"name":"any","workloads":[{"namespaces":["shop"]}],"allow":[{"path":"/metadata/identity/oauth2/token","identities":["*"],"resources":["*"]}]}""";

    private const string NoKubelet = """{"name":"no-kubelet","mode":"enforce","workloads":[{}],"deny":[{"identities":["kubelet"]}]}""";

    private const string NoStorage = """{"name":"no-storage","workloads":[{}],"deny":[{"resources":["https://storage.azure.com"]}]}""";

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Decide_EachCaller_MatchesTheTable(string mode, string rules, string caller, string target, string expected)
    {
        var request = Cluster.Request(target);
        ShouldBe(Policy(mode, rules).Decide(CallerOf(caller), request), CallerOf(caller), request, expected);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void DecideAnswer_EachCredential_MatchesTheTable(string mode, string rules, string selector, string clientId, string resource, string expected)
    {
        var request = Cluster.Request(Token + selector);
        ShouldBe(Policy(mode, rules).DecideAnswer(Cluster.Web, request, new CredentialAnswer(clientId, resource)), Cluster.Web, request, expected);
    }

    [Theory]
    [InlineData("enforce", "", Cluster.KubeletId, "Denial CallerUnknown - Enforce")]
    [InlineData("audit", "", Cluster.KubeletId, "Shadow CallerUnknown - Audit")]
    [InlineData("audit", NoKubelet, Cluster.KubeletId, "Denial CallerUnknown no-kubelet Enforce")]
    [InlineData("audit", NoKubelet, Cluster.IngestId, "Shadow CallerUnknown - Audit")]
    public void DecideAnswer_UnknownCaller_MatchesTheTable(string mode, string rules, string clientId, string expected)
    {
        var (caller, request) = (CallerOf("unknown"), Cluster.Request(Token));
        ShouldBe(Policy(mode, rules).DecideAnswer(caller, request, new CredentialAnswer(clientId, "https://vault.azure.net")), caller, request, expected);
    }

    [Theory]
    [InlineData("enforce", "logging", "Denial NoRule - Enforce")]
    [InlineData("audit", "logging", "Denial NoRule - Audit")]
    [InlineData("enforce", "shop", "none")]
    [InlineData("enforce", "unknown", "none")]
    [InlineData("enforce", "ambiguous", "Denial CallerAmbiguous - Enforce")]
    [InlineData("audit", "node", "Denial CallerIsNode - Audit")]
    public void DecideProbe_EachCaller_MatchesTheTable(string mode, string caller, string expected)
    {
        var request = Cluster.Request(Token);
        ShouldBe(Policy(mode, "").DecideProbe(CallerOf(caller), request), CallerOf(caller), request, expected);
    }

    // mode | further rules | target | decision
    public static TheoryData<string, string, string, string> Probes => new()
    {
        { "enforce", Guard("enforce"), Location, "Denial DenyRule guard Enforce" },
        { "enforce", Guard("enforce"), Token, "none" },
        { "audit", Guard("audit", "b") + "," + Guard("audit", "a"), Location, "Denial DenyRule a Audit" },
        { "audit", Guard("audit", "a") + "," + Guard("enforce", "b"), Location, "Denial DenyRule b Enforce" },
        { "enforce", NoKubelet, Token, "none" },
        { "enforce", NoStorage, Token, "none" },
        { "enforce", NoKubelet.Replace("}]", "},{}]", StringComparison.Ordinal), Token, "Denial DenyRule no-kubelet Enforce" },
    };

    [Theory]
    [MemberData(nameof(Probes))]
    public void DecideProbe_Denies_MatchTheTable(string mode, string rules, string target, string expected)
    {
        var request = Cluster.Request(target);
        ShouldBe(Policy(mode, rules).DecideProbe(Cluster.Web, request), Cluster.Web, request, expected);
    }

    // A rule in audit mode must not weaken an enforced denial.
    [Fact]
    public void DecideProbe_AuditedDenyWithoutAnyAllow_IsStillDenied()
    {
        var policy = Policy("enforce", Guard("audit"));
        Text(policy.DecideProbe(Cluster.Infected, Cluster.Request(Location))).ShouldBe("Denial NoRule - Enforce");
        Text(policy.DecideProbe(Cluster.Web, Cluster.Request(Location))).ShouldBe("Denial DenyRule guard Audit");
    }

    [Fact]
    public void Decide_QuietAndLoudDeny_IsLoud()
    {
        foreach (var (caller, rules) in from caller in new[] { Cluster.Web, CallerOf("unknown") }
                                        from rules in new[] { new[] { Quiet, Loud }, [Loud, Quiet] }
                                        select (caller, rules))
        {
            var denial = PolicySnapshot.Compile(Cluster.Document(PolicyMode.Audit, rules)).Decide(caller, Cluster.Request(Location)).ShouldBeOfType<Denial>();
            denial.Quiet.ShouldBeFalse();
            denial.Rule.ShouldBe("b-loud");
        }
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("unknown")]
    public void Decide_QuietDeny_IsQuiet(string caller) =>
        PolicySnapshot.Compile(Cluster.Document(PolicyMode.Audit, Quiet)).Decide(CallerOf(caller), Cluster.Request(Location)).ShouldBeOfType<Denial>().Quiet.ShouldBeTrue();

    private static PolicyRule Quiet { get; } = Cluster.Rule("a-quiet", [], [Cluster.Deny() with { Quiet = true }], PolicyMode.Enforce);

    private static PolicyRule Loud { get; } = Cluster.Rule("b-loud", [], [Cluster.Deny()], PolicyMode.Enforce);

    private static string Guard(string? mode, string name = "guard")
    {
        var own = mode is null ? "" : $"\"mode\":\"{mode}\",";
        return $$"""{"name":"{{name}}",{{own}}"workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/instance/**"}]}""";
    }

    private static PolicySnapshot Policy(string mode, string rules)
    {
        var parts = mode.Split(',', ':');
        var exceptions = parts.Length > 1 ? $"\"{parts[1]}\":[{{\"namespaces\":[\"{parts[2]}\"]}}]," : "";
        var more = rules.Length == 0 ? "" : "," + rules;
        var json = $$"""
            { "version": 1, "mode": "{{parts[0]}}", {{exceptions}}
              "identities": { "kubelet": { "clientId": "{{Cluster.KubeletId}}" }, "adx-ingest": { "clientId": "{{Cluster.IngestId}}" } },
              "rules": [ {{ShopMayRead}} {{more}} ] }
            """;
        var load = PolicyLoader.Load(Encoding.UTF8.GetBytes(json));
        return PolicySnapshot.Compile(load.Document.ShouldNotBeNull(string.Join('\n', load.Problems)));
    }

    private static Caller CallerOf(string name) => name switch
    {
        "unknown" => Caller.Unknown.Instance,
        "ambiguous" => Caller.Ambiguous.Instance,
        "node" => Caller.Node.Instance,
        _ => Cluster.Pods.Single(pod => ((Caller.Pod)pod).Identity.Namespace == name),
    };

    private static void ShouldBe(Decision? decision, Caller caller, ImdsRequest request, string expected)
    {
        Text(decision).ShouldBe(expected);
        var shadow = (decision as Permit)?.Shadow;
        foreach (var part in new[] { decision, shadow }.OfType<Decision>())
        {
            part.Caller.ShouldBe(caller);
            part.Request.ShouldBeSameAs(request);
        }

        (shadow?.Mode ?? PolicyMode.Audit).ShouldBe(PolicyMode.Audit);
    }

    private static string Text(Decision? decision) => decision is null
        ? "none"
        : $"{(decision is Permit { Shadow: not null } ? "Shadow" : decision.GetType().Name)} {decision.Reason} {decision.Rule ?? "-"} {decision.Mode}";
}
