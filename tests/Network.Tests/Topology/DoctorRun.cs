using System.Text.Json.Nodes;
using ImdsProxy.TestKit;
using Shouldly;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A run of <c>imds-proxy doctor</c> with its report.</summary>
internal sealed record DoctorRun(int ExitCode, JsonNode Report)
{
    /// <summary>The flags of a doctor on the cluster's node, whose network cards are virtual.</summary>
    public static string[] OnNode(Cluster cluster) =>
        ["--network", "node", "--lock-file", Path.Combine(cluster.Directory, "lock"), "--audit-dir", Path.Combine(cluster.Directory, "audit"), "--audit-max-bytes", "1MiB", "--timeout", "2m"];

    public static Task<DoctorRun> RunAsync(Cluster cluster, params string[] more) => RunAsync(cluster.Node, [.. ImdsProxyProgram.Command, "doctor", .. OnNode(cluster), .. more]);

    public static async Task<DoctorRun> RunAsync(NetworkSpace space, string[] command)
    {
        var run = await space.RunAsync([.. command, "-o", "json"]);
        return new DoctorRun(run.ExitCode, JsonNode.Parse(run.Output.Length > 0 ? run.Output : throw new InvalidOperationException(run.All))!);
    }

    /// <summary>The names of the checks with a state.</summary>
    public string Checks(string state) =>
        string.Join(' ', Report["checks"]!.AsArray().Where(check => (string?)check!["state"] == state).Select(static check => (string?)check!["name"]));

    /// <summary>A check must have this state, and its sentence or its particulars must contain these words.</summary>
    public void ShouldFind(string name, string state, string words)
    {
        var check = Report["checks"]!.AsArray().Single(check => (string?)check!["name"] == name)!;
        check.ToJsonString().ShouldContain($"\"state\":\"{state}\"");
        string.Join('\n', [(string)check["sentence"]!, .. (check["details"]?.AsArray() ?? []).Select(static detail => (string)detail!)]).ShouldContain(words);
    }
}
