using System.Text.Json.Nodes;
using ImdsProxy.TestKit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The proxy on the cluster's node.</summary>
/// <param name="Program">The process.</param>
/// <param name="AuditDirectory">The directory of its audit log.</param>
internal sealed record Proxy(RunningProgram Program, string AuditDirectory)
{
    /// <summary>Starts the proxy with callers from a file.</summary>
    public static async Task<Proxy> StartAsync(Cluster cluster, params string[] more)
    {
        var callers = Path.Combine(cluster.Directory, "callers.json");
        await File.WriteAllTextAsync(callers, ProxyFiles.Callers);
        return await StartWithAsync(cluster, ["--callers", $"file:{callers}", .. more]);
    }

    /// <summary>Starts the proxy with callers from an API server, and waits until it knows them.</summary>
    public static async Task<Proxy> StartAsync(Cluster cluster, KubernetesApi api, params string[] more)
    {
        var proxy = await StartWithAsync(cluster, ["--callers", "kubernetes", .. api.Flags, .. more]);
        await Eventually.HoldsAsync(async () => await cluster.Node.GetAsync("http://127.0.0.1:16255/readyz") == "200", TimeSpan.FromSeconds(30));
        return proxy;
    }

    private static async Task<Proxy> StartWithAsync(Cluster cluster, string[] more)
    {
        var policy = Path.Combine(cluster.Directory, "policy.json");
        await File.WriteAllTextAsync(policy, ProxyFiles.Policy);
        var audit = Path.Combine(cluster.Directory, "audit");
        var program = cluster.Keep(cluster.Node.StartImdsProxy(["serve", "--policy", policy, "--audit-dir", audit, "--node-name", "node-1", .. more]));
        await program.SaysAsync("Started: ");
        return new Proxy(program, audit);
    }

    /// <summary>The records of requests in order of time, merged from the log's two chains.</summary>
    public IReadOnlyList<JsonNode> Requests() => [.. Lines().Where(l => (string?)l["kind"] == "request")];

    public IReadOnlyList<JsonNode> Events() => [.. Lines().Where(l => (string?)l["kind"] == "event")];

    private IEnumerable<JsonNode> Lines() =>
        Directory.EnumerateFiles(AuditDirectory, "*.jsonl").SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!)
            .OrderBy(static line => (string?)line["ts"], StringComparer.Ordinal);
}
