using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>The demo's attacker steals tokens in audit mode. A policy that is written from that log must not let the attack through.</summary>
[SupportedOSPlatform("linux")]
public sealed class WorkbenchStoryTests(DemoLog demo) : IClassFixture<DemoLog>
{
    private static readonly string[] Reasons = ["node-identity", "too-new", "late", "denied-by-rule"];

    [Theory]
    [InlineData("with the base")]
    [InlineData("without the base")]
    public async Task Suggest_LogOfTheDemosAttack_ProposesNothingForTheAttackerAndSaysWhy(string which)
    {
        var (proposed, left) = await SuggestAsync([demo.At("audit"), .. which == "with the base" ? ["--base", demo.At("audited.json")] : Array.Empty<string>()]);

        proposed.Select(static entry => entry.Workload).ShouldBe(["payments/billing"]);

        // The six tokens that were stolen, and one that IMDS returned and the proxy withheld.
        left.Count(static entry => entry is { Workload: "shop/web", Answered: true, IsToken: true }).ShouldBe(7);
        left.Where(static entry => entry.Workload == "shop/web").ShouldAllBe(static entry => Reasons.Contains(entry.Reason));

        // Without a policy that tells who owns an identity, its honest user is left out too, because the attacker used it: a person decides.
        left.Single(static entry => entry is { Workload: "logging/fluent-bit", IsPinned: false, IsNameless: false }).Reason.ShouldBe(which == "with the base" ? "already-allowed" : "node-identity");
    }

    [Theory]
    [InlineData("audited.json", "bookinfo,payments,shop")]
    [InlineData("policy.json", "bookinfo,shop")]
    public async Task Simulate_PolicyOnTheAttack_BreaksTheAttackAndWhatLacksARule(string policy, string broken)
    {
        var (exit, output, errors) = await ProgramRun.OfAsync("policy", "simulate", demo.At(policy), demo.At("audit"), "-o", "json");

        exit.ShouldBe(1, errors);
        var answer = JsonNode.Parse(output)!;
        ((long)answer["summary"]!["notJudged"]!).ShouldBe(0);
        var demands = answer["items"]!.AsArray().Where(static item => (string)item!["outcome"]! == "would-break").Select(static item => item!["demand"]!).ToList();
        demands.Count(static demand => (string)demand["namespace"]! == "shop" && demand["answered"] is not null).ShouldBe(6);
        string.Join(',', demands.Select(static demand => (string)demand["namespace"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)).ShouldBe(broken);
    }

    private static async Task<(List<Entry> Proposed, List<Entry> LeftOut)> SuggestAsync(params string[] arguments)
    {
        var (exit, output, errors) = await ProgramRun.OfAsync(["policy", "suggest", .. arguments, "-o", "json"]);
        exit.ShouldBe(0, errors);
        var answer = JsonNode.Parse(output)!;
        return (EntriesOf(answer["proposed"]!), EntriesOf(answer["leftOut"]!));
    }

    private static List<Entry> EntriesOf(JsonNode list) =>
    [
        .. list.AsArray().Where(static entry => entry!["demand"] is not null).Select(static entry => new Entry(
            $"{entry!["demand"]!["namespace"]}/{entry["demand"]!["serviceAccount"]}",
            (string?)entry["reason"] ?? "",
            entry["demand"]!["answered"] is not null,
            ((string)entry["demand"]!["path"]!).EndsWith("/oauth2/token", StringComparison.Ordinal),
            entry["demand"]!["pin"] is not null,
            entry["demand"]!["selector"] is null)),
    ];

    private sealed record Entry(string Workload, string Reason, bool Answered, bool IsToken, bool IsPinned, bool IsNameless);
}
