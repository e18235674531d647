using System.Text.Json.Nodes;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The proxy on the cluster's node.</summary>
/// <param name="Program">The process.</param>
/// <param name="AuditDirectory">Where it writes its records.</param>
internal sealed record Proxy(RunningProgram Program, string AuditDirectory)
{
    public static async Task<Proxy> StartAsync(Cluster cluster, params string[] more)
    {
        var directory = cluster.Directory;
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), ProxyFiles.Policy);
        await File.WriteAllTextAsync(Path.Combine(directory, "callers.json"), ProxyFiles.Callers);
        var audit = Path.Combine(directory, "audit");
        var program = cluster.Keep(cluster.Node.StartImdsProxy(
            ["serve", "--policy", Path.Combine(directory, "policy.json"), "--callers", $"file:{Path.Combine(directory, "callers.json")}", "--audit-dir", audit, "--node-name", "node-1", .. more]));
        await program.SaysAsync("Started: ");
        return new Proxy(program, audit);
    }

    /// <summary>The records of requests, in the order of the files.</summary>
    public IReadOnlyList<JsonNode> Requests() => [.. Lines().Where(l => (string?)l["kind"] == "request")];

    public IReadOnlyList<JsonNode> Events() => [.. Lines().Where(l => (string?)l["kind"] == "event")];

    private IEnumerable<JsonNode> Lines() =>
        Directory.EnumerateFiles(AuditDirectory, "*.jsonl").SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!);
}
