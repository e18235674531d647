using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Policy.Writing;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>The policy's <c>hostNetwork</c> limits how far everything else goes for requests that come through the node's network.</summary>
public sealed class HostNetworkTests
{
    private const string Enforced = """ "hostNetwork": { "mode": "enforce" }, """;
    private const string OnlyShop = """ "hostNetwork": { "mode": "audit", "enforceOnly": [ { "namespaces": ["shop"] } ] }, """;
    private const string NotShop = """ "hostNetwork": { "mode": "enforce", "auditOnly": [ { "namespaces": ["shop"] } ] }, """;
    private const string Guard = """, { "name": "guard", "mode": "enforce", "workloads": [ {} ], "deny": [ { "path": "/metadata/versions" } ] } """;

    private static readonly ImdsRequest Location = Request("/metadata/instance/compute/location?api-version=2021-02-01");
    private static readonly ImdsRequest Versions = Request("/metadata/versions");

    // head of the policy | more rules | caller | request | decision
    public static TheoryData<string, string, string, string, string> Decisions => new()
    {
        // Without the key, nothing is denied on hostNetwork, whatever the policy and its rules say.
        { "enforce", "", "shop", "location", "Shadow NoRule Audit" },
        { "enforce", Guard, "shop", "versions", "Shadow DenyRule Audit" },
        { "enforce", Guard, "unknown", "versions", "Shadow CallerUnknown Audit" },
        { "enforce", "", "ambiguous", "location", "Shadow CallerAmbiguous Audit" },
        { "enforce", "", "logging", "location", "Permit Rule Audit" },

        { "enforce" + Enforced, "", "shop", "location", "Denial NoRule Enforce" },
        { "enforce" + Enforced, "", "logging", "location", "Permit Rule Enforce" },
        { "enforce" + Enforced, "", "unknown", "location", "Denial CallerUnknown Enforce" },
        { "enforce" + Enforced, "", "ambiguous", "location", "Denial CallerAmbiguous Enforce" },

        // It is a limit, not a mode of its own.
        { "audit" + Enforced, "", "shop", "location", "Shadow NoRule Audit" },
        { "audit" + Enforced, Guard, "shop", "versions", "Denial DenyRule Enforce" },
        { "audit" + Enforced, Guard, "unknown", "versions", "Denial CallerUnknown Enforce" },
        { "audit" + Enforced, "", "unknown", "location", "Shadow CallerUnknown Audit" },

        { "enforce" + OnlyShop, "", "shop", "location", "Denial NoRule Enforce" },
        { "enforce" + OnlyShop, "", "web", "location", "Shadow NoRule Audit" },
        { "enforce" + OnlyShop, Guard, "web", "versions", "Shadow DenyRule Audit" },
        { "enforce" + OnlyShop, "", "unknown", "location", "Denial CallerUnknown Enforce" },
        { "enforce" + NotShop, "", "shop", "location", "Shadow NoRule Audit" },
        { "enforce" + NotShop, "", "web", "location", "Denial NoRule Enforce" },
        { "enforce" + NotShop, "", "unknown", "location", "Denial CallerUnknown Enforce" },
    };

    public static TheoryData<string, string> Errors => new()
    {
        { """ "hostNetwork": "enforce", """, "" },
        { """ "hostNetwork": {}, """, "mode" },
        { """ "hostNetwork": { "mode": "off" }, """, "write enforce or audit" },
        { """ "hostNetwork": { "mode": "enforce", "rules": [] }, """, "rules" },
        { """ "hostNetwork": { "mode": "enforce", "enforceOnly": [ {} ] }, """, "auditOnly" },
        { """ "hostNetwork": { "mode": "audit", "auditOnly": [ {} ] }, """, "enforceOnly" },
        { """ "hostNetwork": { "mode": "audit", "enforceOnly": [ { "labels": { "a": "b" } } ] }, """, "a pod could change its own mode" },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Decide_OnHostNetwork_GoesNoFurtherThanTheLimit(string head, string rules, string caller, string request, string expected) =>
        Text(Policy(head, rules).Decide(OnHost(caller), request == "location" ? Location : Versions)).ShouldBe(expected);

    // The same pod may also have an address of its own, and an answer for one way must not be taken for the other.
    [Fact]
    public void Decide_OnItsOwnNetwork_IsNotLimited()
    {
        var policy = Policy("enforce", "");
        for (var round = 0; round < 2; round++)
        {
            Text(policy.Decide(OnHost("shop"), Location)).ShouldBe("Shadow NoRule Audit");
            Text(policy.Decide(Cluster.Pods.Single(static pod => ((Caller.Pod)pod).Identity.Namespace == "shop"), Location)).ShouldBe("Denial NoRule Enforce");
        }

        Text(policy.Decide(Caller.Unknown.Instance, Location)).ShouldBe("Denial CallerUnknown Enforce");
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Load_InvalidKey_IsRefused(string key, string message)
    {
        var load = Load("enforce" + key, "");
        load.Document.ShouldBeNull();
        load.Problems.ShouldContain(problem => problem.Pointer.StartsWith("/hostNetwork", StringComparison.Ordinal) && (problem.Message + problem.Pointer).Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Enforced)]
    [InlineData(OnlyShop)]
    [InlineData(NotShop)]
    public void Write_Key_ReadsAsTheSame(string key)
    {
        var document = Load("enforce" + key, "").Document!;
        var again = PolicyLoader.Load(PolicyWriter.Write(document)).Document!;
        again.HostNetwork.Mode.ShouldBe(document.HostNetwork.Mode);
        again.HostNetwork.ModeExceptions.Select(RuleText.Of).ShouldBe(document.HostNetwork.ModeExceptions.Select(RuleText.Of));
    }

    [Fact]
    public void Fragments_TwoWithTheKey_AreRefused()
    {
        var load = PolicyFragments.Load(new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            ["a.json"] = Encoding.UTF8.GetBytes($$"""{ "version": 1, {{Enforced}} "mode": "enforce", "rules": [] }"""),
            ["b.json"] = """{ "hostNetwork": { "mode": "audit" }, "rules": [] }"""u8.ToArray(),
        });
        load.Document.ShouldBeNull();
    }

    [Theory]
    [InlineData("", PolicyMode.Audit)]
    [InlineData(Enforced, PolicyMode.Enforce)]
    public void EffectivePermissions_OnHostNetwork_NameTheLimitedMode(string key, PolicyMode expected)
    {
        var permissions = EffectivePermissions.Of(Policy("enforce" + key, Guard), ((Caller.Pod)OnHost("shop")).Identity, onHost: true);
        permissions.Mode.ShouldBe(expected);
        permissions.Deny.ShouldHaveSingleItem().Mode.ShouldBe(expected);
    }

    [Fact]
    public void Diff_OfTheKeyAlone_SaysSo()
    {
        var (a, b) = (Load("enforce" + Enforced, "").Document!, Load("enforce", "").Document!);
        PolicyProofs.Compare(a, b, Assumption.AsWritten).HostNetworkDiffers.ShouldBeTrue();
        PolicyProofs.Compare(a, a, Assumption.AsWritten).HostNetworkDiffers.ShouldBeFalse();
        PolicyProofs.Compare(a, b, Assumption.Enforced).ModesDiffer.ShouldBeTrue();
    }

    private static Caller OnHost(string name) => name switch
    {
        "unknown" => Caller.Unknown.InstanceOnHost,
        "ambiguous" => Caller.Ambiguous.InstanceOnHost,
        _ => new Caller.Pod(new PodIdentity(name, "p", name, "default", null, [])) { OnHost = true },
    };

    private static PolicyLoad Load(string head, string rules)
    {
        var mode = head.Split(' ')[0];
        return PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""
            { "version": 1, {{head[mode.Length..]}} "mode": "{{mode}}", "rules": [
              { "name": "logging", "workloads": [ { "namespaces": ["logging"] } ], "allow": [ { "path": "/metadata/instance/**" } ] } {{rules}} ] }
            """));
    }

    private static PolicySnapshot Policy(string head, string rules) => PolicySnapshot.Compile(Load(head, rules).Document!);

    private static ImdsRequest Request(string target) => ImdsRequestParser.ParseTarget("GET", target).Request!;

    private static string Text(Decision decision) =>
        $"{(decision is Permit { Shadow: not null } ? "Shadow" : decision.GetType().Name)} {decision.Reason} {decision.Mode}";
}
