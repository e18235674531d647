using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using ImdsProxy.FunctionalTests.Demo;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>The demo's attacker steals tokens in audit mode. A policy that is written from that log must not let the attack through.</summary>
[SupportedOSPlatform("linux")]
public sealed class WorkbenchStoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("workbench-story-");

    [Fact]
    public async Task Suggest_LogOfTheDemosAttack_ProposesNothingForTheAttackerAndSaysWhy()
    {
        using var demo = new DemoProcess(Path.GetTempPath());
        await demo.ReadToAsync("Ctrl+C ends the demo");
        var log = Path.Combine(Directory.GetDirectories(demo.Temporary, "imds-proxy-demo-*").Single(), "audit");

        // The hour of the attack alone: everything is too new, or looks like an intruder.
        var (proposed, left) = await SuggestAsync(log);
        proposed.ShouldBeEmpty();
        left.Select(static entry => entry.Reason).ShouldAllBe(static reason => reason == "node-identity" || reason == "too-new" || reason == "identity-unknown" || reason == "denied-by-rule");

        // After a month of honest work, the attacker of the last day is left out, for each of the six tokens.
        await StolenMonth.WriteAsync(log, At("month.jsonl"));
        (proposed, left) = await SuggestAsync(At("month.jsonl"), "--base", "policy.example.json");
        proposed.ShouldBeEmpty();
        left.Count(static entry => entry is { Workload: "shop/web", Answered: true, IsToken: true }).ShouldBe(6);
        left.Where(static entry => entry.Workload == "shop/web").ShouldAllBe(static entry => entry.Reason == "node-identity" || entry.Reason == "too-new" || entry.Reason == "late" || entry.Reason == "denied-by-rule");

        // Without a policy that tells who owns an identity, its honest user is left out too, because the attacker used it: a person decides.
        (proposed, left) = await SuggestAsync(At("month.jsonl"));
        proposed.ShouldAllBe(static entry => entry.Workload != "shop/web");
        left.ShouldContain(static entry => entry.Workload == "logging/fluent-bit" && entry.Reason == "node-identity");
        await demo.InterruptAsync();
        await demo.EndAsync();
    }

    [Fact]
    public async Task Simulate_ExamplePolicyOnTheAttack_BreaksTheAttackAndNoWorkload()
    {
        using var demo = new DemoProcess(Path.GetTempPath());
        await demo.ReadToAsync("Ctrl+C ends the demo");
        await StolenMonth.WriteAsync(Path.Combine(Directory.GetDirectories(demo.Temporary, "imds-proxy-demo-*").Single(), "audit"), At("month.jsonl"));

        var (exit, output, errors) = await RunAsync("policy", "simulate", "policy.example.json", At("month.jsonl"), "-o", "json");

        exit.ShouldBe(1, errors);
        var answer = JsonNode.Parse(output)!;
        ((long)answer["summary"]!["notJudged"]!).ShouldBe(0);
        var broken = answer["items"]!.AsArray().Where(static item => (string)item!["outcome"]! == "would-break").Select(static item => item!["demand"]!).ToList();
        broken.Count(static demand => (string)demand["namespace"]! == "shop" && demand["answered"] is not null).ShouldBe(6);
        broken.Select(static demand => (string)demand["namespace"]!).Distinct(StringComparer.Ordinal).ShouldBe(["bookinfo", "shop"], ignoreOrder: true);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string At(string name) => Path.Combine(_directory.FullName, name);

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
            ((string)entry["demand"]!["path"]!).EndsWith("/oauth2/token", StringComparison.Ordinal))),
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

    private sealed record Entry(string Workload, string Reason, bool Answered, bool IsToken);
}
