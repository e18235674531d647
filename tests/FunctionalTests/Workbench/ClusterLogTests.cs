using System.Text.Json.Nodes;
using ImdsProxy.TestKit.ClusterLog;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>A generated log of a cluster with the callers of the field, an attacker, and three nodes with gaps.</summary>
public sealed class ClusterLogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cluster-log-");

    [Fact]
    public async Task Suggest_LogOfACluster_IsTheTruthOfTheGenerator()
    {
        var (log, policy) = Write();

        var (exit, output, errors) = await ProgramRun.OfAsync("policy", "suggest", log, "--base", policy, "-o", "json");

        exit.ShouldBe(0, errors);
        ClusterTruth.Differences(ClusterLogSize.Small, JsonNode.Parse(output)!).ShouldBeEmpty();
        var shared = JsonNode.Parse(output)!["policy"]!["rules"]!.AsArray().Single(static rule => (string)rule!["name"]! == "collector-in-team-00-and-others")!;
        shared["workloads"]![0]!["namespaces"]!.AsArray().Count.ShouldBeGreaterThan(3, "equal needs of one account in many namespaces are one rule");
    }

    [Fact]
    public async Task Suggest_LogOfACluster_NamesItsGaps()
    {
        var (log, policy) = Write();

        var (_, output, _) = await ProgramRun.OfAsync("policy", "suggest", log, "--base", policy);

        output.ShouldMatch(@"\n  aks-nodepool1-001 lacks 3 days .*\(retention\)\n");
        output.ShouldMatch(@"\n  aks-nodepool1-002 lacks \d+ records .*\(missing from the log\)\n");
        output.ShouldMatch(@"\n  aks-nodepool1-003 lacks 2 days .*\(neither a record nor a sign of life\)\n");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private (string Log, string Policy) Write()
    {
        var log = Path.Combine(_directory.FullName, "log");
        ClusterLogFiles.Write(log, ClusterLogSize.Small);
        var policy = Path.Combine(_directory.FullName, "policy.json");
        File.WriteAllText(policy, ClusterHabits.Policy);
        return (log, policy);
    }
}
