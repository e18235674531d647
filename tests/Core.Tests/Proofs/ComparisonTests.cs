using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using Shouldly;
using Xunit;
using static ImdsProxy.Core.Tests.Proofs.ProofPolicy;

namespace ImdsProxy.Core.Tests.Proofs;

public sealed class ComparisonTests
{
    private const string AnyPath = """{"path":"/metadata/identity/oauth2/token","identities":["kubelet"]}""";

    public static TheoryData<string, string, string, string> Differences => new()
    {
        { Token("r", "shop"), Token("renamed", "shop"), "", "" },
        { Token("r", "shop"), Token("r", "shop") + "," + Token("same", "shop"), "", "" },
        {
            Token("r", "shop"), Token("r", "shop-*"),
            "namespace shop-*|GET /metadata/identity/oauth2/token: ingest for https://vault.azure.net",
            "namespace shop|GET /metadata/identity/oauth2/token: ingest for https://vault.azure.net"
        },
        {
            Token("r", "shop"), Token("r", "*"),
            "any namespace except shop|GET /metadata/identity/oauth2/token: ingest for https://vault.azure.net", ""
        },
        {
            Token("r", "shop"), Token("r", "shop", resource: "*"),
            "namespace shop|GET /metadata/identity/oauth2/token: ingest for any other resource", ""
        },
        {
            Token("r", "*", "kubelet") + "," + Guard("g", AnyPath), Token("r", "*", "kubelet"),
            "any namespace except kube-system|GET /metadata/identity/oauth2/token: kubelet for https://vault.azure.net", ""
        },
        {
            Path("r", "a", "/metadata/instance/compute"), Path("r", "a", "/metadata/instance/**"),
            "namespace a|GET /metadata/instance/** except /metadata/instance/compute", ""
        },
        {
            Path("r", "a", "/metadata/instance/**", ",\"redact\":[\"compute.tags\"]"), Path("r", "a", "/metadata/instance/**"),
            "namespace a|GET /metadata/instance/**: compute.tags", ""
        },
        {
            Token("r", "a"), Token("r", "a", more: ",\"extraQuery\":[\"foo\"]"),
            "namespace a|GET /metadata/identity/oauth2/token: ingest for https://vault.azure.net, with the query key foo", ""
        },
        {
            Token("r", "a") + "," + Token("k", "a", "kubelet"), Token("r", "a", more: ",\"asIdentity\":\"ingest\"") + "," + Token("k", "a", "kubelet"),
            "", "namespace a|GET /metadata/identity/oauth2/token: kubelet for https://vault.azure.net, asked for without naming an identity"
        },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Compare_OfTwoPolicies_DescribesEachDifference(string a, string b, string more, string less)
    {
        var comparison = PolicyProofs.Compare(Of(a), Of(b));
        comparison.Verdict.ShouldBe(ProofVerdict.Complete);
        Text(comparison.More).ShouldBe(more);
        Text(comparison.Less).ShouldBe(less);
    }

    // Such an edit must not make the comparison go through every workload that the rule applies to.
    [Theory]
    [InlineData("""["*"]""", """["shop","*"]""")]
    [InlineData("""["shop","a"]""", """["a","shop","a"]""")]
    [InlineData("""["shop-*"]""", """["shop-*","shop-1","shop-a*"]""")]
    public void Compare_OfNamesThatAddNothing_TakesTheBranchOfEqualRules(string names, string more)
    {
        const string rule = """{"name":"r","workloads":[{"namespaces":NAMES}],"allow":[{"path":"/metadata/identity/oauth2/token","identities":["ingest"],"resources":["https://vault.azure.net"]}]}""";
        var least = PolicyProofs.Compare(Of(rule.Replace("NAMES", names, StringComparison.Ordinal)), Of(rule.Replace("NAMES", names, StringComparison.Ordinal)), budget: 100);
        var changed = PolicyProofs.Compare(Of(rule.Replace("NAMES", names, StringComparison.Ordinal)), Of(rule.Replace("NAMES", more, StringComparison.Ordinal)), budget: 100);

        (least.Verdict, changed.Verdict).ShouldBe((ProofVerdict.Complete, ProofVerdict.Complete));
    }

    [Theory]
    [InlineData("""["shop"]""", """["shop-*"]""")]
    [InlineData("""["shop-*","shop"]""", """["shop-*"]""")]
    [InlineData("""["a*"]""", """["a*","b"]""")]
    [InlineData("""["a","a-b"]""", """["a"]""")]
    public void Compare_OfNamesThatMatter_FindsTheChange(string names, string others)
    {
        const string rule = """{"name":"r","workloads":[{"namespaces":NAMES}],"allow":[{"path":"/metadata/identity/oauth2/token","identities":["ingest"],"resources":["https://vault.azure.net"]}]}""";

        PolicyProofs.Compare(Of(rule.Replace("NAMES", names, StringComparison.Ordinal)), Of(rule.Replace("NAMES", others, StringComparison.Ordinal))).IsSame.ShouldBeFalse();
    }

    [Fact]
    public void Compare_OfAnAliasRenamed_FindsNothing() => PolicyProofs.Compare(
        Of(Token("r", "a", "one"), identities: $$""" "one":{"clientId":"{{Kubelet}}"} """),
        Of(Token("r", "a", "two"), identities: $$""" "two":{"clientId":"{{Kubelet}}"} """)).IsSame.ShouldBeTrue();

    [Fact]
    public void Compare_OfAnObjectIdAdded_FindsTheSelectorThatIsNowKnown()
    {
        const string ObjectId = "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30";
        var comparison = PolicyProofs.Compare(
            Of(Token("r", "a", "one"), identities: $$""" "one":{"clientId":"{{Kubelet}}"} """),
            Of(Token("r", "a", "one"), identities: $$""" "one":{"clientId":"{{Kubelet}}","objectId":"{{ObjectId}}"} """));
        comparison.Less.ShouldBeEmpty();
        comparison.More.ShouldHaveSingleItem().Witness.Request.Selector!.Value.ShouldBe(ObjectId);
        comparison.More[0].Requests.ShouldEndWith("one for https://vault.azure.net, asked for by object_id");
    }

    [Fact]
    public void Compare_OfAModeLowered_DependsOnTheAssumption()
    {
        var (a, b) = (Of(Token("r", "a")), Of(Token("r", "a"), "\"mode\":\"audit\""));
        PolicyProofs.Compare(a, b).IsSame.ShouldBeTrue();
        PolicyProofs.Compare(a, b).ModesDiffer.ShouldBeTrue();
        PolicyProofs.Compare(a, b, Assumption.AsWritten).More.ShouldNotBeEmpty();
        PolicyProofs.Compare(a, b, Assumption.Override).IsSame.ShouldBeTrue();
    }

    [Fact]
    public void Compare_UnderBreakGlass_FindsAGuardThatLostItsMode()
    {
        var comparison = PolicyProofs.Compare(Of(Guard("g", AnyPath, more: ",\"mode\":\"enforce\"")), Of(Guard("g", AnyPath)), Assumption.Override);
        Text(comparison.More).ShouldStartWith("any namespace except kube-system|GET /metadata/identity/oauth2/token: kubelet");
    }

    private const string Enforced = ",\"mode\":\"enforce\"";

    // change, A, A's mode, B, B's mode, assumptions with a difference
    public static TheoryData<string, string, string, string, string, string> InOtherModes => new()
    {
        { "nothing", Token("r", "a"), "enforce", Token("r", "a"), "enforce", "Enforced:0" },
        { "access", Token("r", "a"), "enforce", Token("r", "b"), "enforce", "Enforced:1" },
        { "enforce to audit", Token("r", "a"), "enforce", Token("r", "a"), "audit", "Enforced:0 AsWritten:1" },
        { "audit to audit", Guard("g", AnyPath, more: Enforced), "audit", Guard("g", AnyPath, more: Enforced), "audit", "Enforced:0 AsWritten:0" },
        { "a guard that loses its mode", Guard("g", AnyPath, more: Enforced), "enforce", Guard("g", AnyPath), "enforce", "Enforced:0 Override:1" },
        { "a guard that is dropped", Token("r", "a") + "," + Guard("g", AnyPath, more: Enforced), "enforce", Token("r", "a"), "enforce", "Enforced:0 Override:1" },
        { "a guard that is dropped in audit mode", Token("r", "a") + "," + Guard("g", AnyPath, more: Enforced), "audit", Token("r", "a"), "audit", "Enforced:0 AsWritten:1" },
        { "a guard that is only recorded", Guard("g", AnyPath), "enforce", Guard("g", AnyPath, more: ",\"mode\":\"audit\""), "enforce", "Enforced:0 AsWritten:0" },
    };

    [Theory]
    [MemberData(nameof(InOtherModes))]
    public void CompareModes_OfAChange_FindsItInTheModesWhereItShows(string change, string a, string modeOfA, string b, string modeOfB, string found)
    {
        var all = PolicyProofs.CompareModes(Of(a, $"\"mode\":\"{modeOfA}\""), Of(b, $"\"mode\":\"{modeOfB}\""));

        all.ShouldAllBe(static entry => entry.Comparison.Verdict.IsComplete);
        string.Join(' ', all.Select(static entry => $"{entry.Assumption}:{(entry.Comparison.More.IsEmpty ? 0 : 1)}")).ShouldBe(found, change);
    }

    [Fact]
    public void CompareModes_OfTwoPolicies_ListsADifferenceOnlyOnce()
    {
        var all = PolicyProofs.CompareModes(Of(Token("r", "a") + "," + Guard("g", AnyPath, more: ",\"mode\":\"audit\"")), Of(Token("r", "a-*") + "," + Guard("g", AnyPath, more: ",\"mode\":\"audit\"")));

        all.Select(static entry => (entry.Assumption, entry.Comparison.More.Length)).ShouldBe([(Assumption.Enforced, 1), (Assumption.AsWritten, 0)]);
    }

    [Fact]
    public void Compare_OfADenyMadeQuiet_ListsItAsSuch()
    {
        var comparison = PolicyProofs.Compare(Of(Guard("g", """{"path":"/metadata/instance"}""")), Of(Guard("g", """{"path":"/metadata/instance","quiet":true}""")));
        (comparison.More.Length, comparison.Less.Length, comparison.Louder.Length).ShouldBe((0, 0, 0));
        Text(comparison.Quieter).ShouldBe("any namespace except kube-system|GET /metadata/instance");
        comparison.Quieter[0].Rule.ShouldBe("g");
    }

    [Fact]
    public void Compare_BeyondItsBudget_SaysSo()
    {
        var comparison = PolicyProofs.Compare(Of(Token("r", "a")), Of(Token("r", "*")), budget: 10);
        comparison.Verdict.Status.ShouldBe(ProofStatus.TooComplex);
        comparison.IsSame.ShouldBeFalse();
    }

    [Fact]
    public void WhoCan_GetAnIdentity_NamesEachSetWithItsRule()
    {
        var policy = Of(Token("system", "kube-system", "kubelet") + "," + Token("shop", "shop-*", "kubelet") + "," + Guard("g", AnyPath, "shop-a"));
        var holders = PolicyProofs.WhoCan(policy, Goal.Identity("kubelet"));
        holders.Verdict.ShouldBe(ProofVerdict.Complete);
        holders.Answers.Select(static holder => $"{holder.Workloads}|{holder.Rule}").ShouldBe(["namespace shop-a|shop"]);
        PolicyProofs.WhoCan(policy, Goal.Identity("kubelet", "https://vault.azure.net/")).Answers.ShouldHaveSingleItem();
        PolicyProofs.WhoCan(policy, Goal.Identity("kubelet", "https://graph.microsoft.com")).Answers.ShouldBeEmpty();
        PolicyProofs.WhoCan(policy, Goal.Path("/metadata/instance/**")).Answers.ShouldBeEmpty();
    }

    [Fact]
    public void WhatCan_AServiceAccount_ListsItsGrantsByRule()
    {
        var policy = Of(Token("t", "shop") + "," + Path("p", "shop", "/metadata/instance/**") + "," + Token("other", "logging"));
        PolicyProofs.WhatCan(policy, "shop", "web").Answers.Select(static grant => $"{grant.Rule}|{grant.Requests}").ShouldBe(
        [
            "t|GET /metadata/identity/oauth2/token: ingest for https://vault.azure.net",
            "p|GET /metadata/instance/**",
        ]);
    }

    [Fact]
    public void Never_WithAHole_ShowsACounterexample()
    {
        var policy = Of(Token("hole", "shop", "kubelet", "*"));
        ImmutableArray<WorkloadMatch> everyone = [new WorkloadMatch(default, default, default, [])];
        ImmutableArray<WorkloadMatch> system = [new WorkloadMatch(["kube-system"], default, default, [])];
        var never = PolicyProofs.Never(policy, everyone, system, [Goal.Identity("kubelet")]);
        never.Holds.ShouldBeFalse();
        never.Counterexample!.Rule.ShouldBe("hole");
        never.Counterexample.Witness.Pod.Namespace.ShouldBe("shop");
        never.Counterexample.Witness.Answer!.ClientId.ShouldBe(Kubelet);
        PolicyProofs.Never(policy, [new WorkloadMatch(["kube-system"], default, default, [])], [], [Goal.Identity("kubelet")]).Holds.ShouldBeTrue();
    }

    private static string Text(ImmutableArray<Difference> differences) =>
        string.Join('\n', differences.Select(static difference => $"{difference.Workloads}|{difference.Requests}"));
}
