using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using ImdsProxy.FunctionalTests.Demo;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>The demo's attacker steals tokens in audit mode. A policy that is written from that log must not let the attack through.</summary>
[SupportedOSPlatform("linux")]
public sealed class WorkbenchStoryTests
{
    private static readonly string[] Reasons = ["node-identity", "too-new", "late", "denied-by-rule"];

    [Theory]
    [InlineData("with the base")]
    [InlineData("without the base")]
    public async Task Suggest_LogOfTheDemosAttack_ProposesNothingForTheAttackerAndSaysWhy(string which)
    {
        using var demo = new DemoProcess(Path.GetTempPath());
        await demo.ReadToAsync("Ctrl+C ends the demo");
        var folder = FolderOf(demo);

        var (proposed, left) = await SuggestAsync([Path.Combine(folder, "audit"), .. which == "with the base" ? ["--base", Path.Combine(folder, "audited.json")] : Array.Empty<string>()]);

        proposed.Select(static entry => entry.Workload).ShouldBe(["payments/billing"]);

        // The six tokens that were stolen, and one that IMDS returned and the proxy withheld.
        left.Count(static entry => entry is { Workload: "shop/web", Answered: true, IsToken: true }).ShouldBe(7);
        left.Where(static entry => entry.Workload == "shop/web").ShouldAllBe(static entry => Reasons.Contains(entry.Reason));

        // Without a policy that tells who owns an identity, its honest user is left out too, because the attacker used it: a person decides.
        left.Single(static entry => entry is { Workload: "logging/fluent-bit", IsPinned: false, IsNameless: false }).Reason.ShouldBe(which == "with the base" ? "already-allowed" : "node-identity");
        await demo.InterruptAsync();
        await demo.EndAsync();
    }

    [Theory]
    [InlineData("audited.json", "bookinfo,payments,shop")]
    [InlineData("policy.json", "bookinfo,shop")]
    public async Task Simulate_PolicyOnTheAttack_BreaksTheAttackAndWhatLacksARule(string policy, string broken)
    {
        using var demo = new DemoProcess(Path.GetTempPath());
        await demo.ReadToAsync("Ctrl+C ends the demo");
        var folder = FolderOf(demo);

        var (exit, output, errors) = await RunAsync("policy", "simulate", Path.Combine(folder, policy), Path.Combine(folder, "audit"), "-o", "json");

        exit.ShouldBe(1, errors);
        var answer = JsonNode.Parse(output)!;
        ((long)answer["summary"]!["notJudged"]!).ShouldBe(0);
        var demands = answer["items"]!.AsArray().Where(static item => (string)item!["outcome"]! == "would-break").Select(static item => item!["demand"]!).ToList();
        demands.Count(static demand => (string)demand["namespace"]! == "shop" && demand["answered"] is not null).ShouldBe(6);
        string.Join(',', demands.Select(static demand => (string)demand["namespace"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)).ShouldBe(broken);
    }

    private static string FolderOf(DemoProcess demo) => Directory.GetDirectories(demo.Temporary, "imds-proxy-demo-*").Single();

    private static async Task<(List<Entry> Proposed, List<Entry> LeftOut)> SuggestAsync(params string[] arguments)
    {
        var (exit, output, errors) = await RunAsync(["policy", "suggest", .. arguments, "-o", "json"]);
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

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = ImdsProxyProgram.StartInfo(arguments);
        start.WorkingDirectory = AppContext.BaseDirectory;
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    private sealed record Entry(string Workload, string Reason, bool Answered, bool IsToken, bool IsPinned, bool IsNameless);
}
