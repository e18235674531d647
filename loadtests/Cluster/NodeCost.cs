using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.LoadTests.Sharing;

namespace ImdsProxy.LoadTests.Cluster;

/// <c>node-cost</c>: measures what one node's requests produce: audit bytes by kind, OpenTelemetry bytes, and metric series.
internal static class NodeCost
{
    private const int Requests = 2000;

    private static readonly string[] Targets =
        [NodeScene.Token(0), "/metadata/instance?api-version=2021-02-01", "/metadata/scheduledevents?api-version=2019-08-01"];

    public static async Task<int> RunAsync(string[] args)
    {
        await using var collector = await LogCollector.StartAsync();
        await using var scene = await NodeScene.StartAsync(
            unlimited: true,
            new AuditOptions { Cluster = "prod-weu", Node = SimulatedCluster.NodeName(1), Otlp = collector.Address, CheckpointInterval = TimeSpan.FromSeconds(1) });
        var idle = await SeriesAsync(scene);
        await AskAsync(scene);
        var busy = await SeriesAsync(scene);
        Console.WriteLine($"/metrics: {idle.Series} series in {idle.Bytes} bytes after the start, {busy.Series} in {busy.Bytes} after requests to three endpoints and denials in {NodeScene.Identities} namespaces");
        await scene.StopProxyAsync();
        var log = Directory.GetFiles(scene.AuditDirectory, "*.jsonl").SelectMany(File.ReadLines).ToList();
        foreach (var kind in log.GroupBy(KindOf, StringComparer.Ordinal))
        {
            Console.WriteLine($"{kind.Key}: {kind.Count()} lines, {kind.Average(static line => line.Length + 1):0} bytes each");
        }

        var text = Encoding.UTF8.GetBytes(string.Join('\n', log));
        Console.WriteLine($"all {log.Count} lines: {text.Length} bytes, compressed {Compressed(text)}; as OpenTelemetry logs {collector.Bytes} bytes, {collector.Bytes / (double)log.Count:0} a line");
        return log.Count > Requests ? 0 : 1;
    }

    private static async Task AskAsync(NodeScene scene)
    {
        for (var pod = 0; pod < NodeScene.Identities; pod++)
        {
            using var connection = await PodConnection.OpenAsync(scene.Proxy.EndPoint, NodeScene.Pod(pod));
            for (var request = 0; request < Requests / NodeScene.Identities; request++)
            {
                await connection.AskAsync(Request(request % 2 == 0 ? NodeScene.Token(pod) : Targets[request % Targets.Length]));
            }
        }
    }

    private static byte[] Request(string target) => Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\nUser-Agent: azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)\r\n\r\n");

    private static async Task<(int Series, int Bytes)> SeriesAsync(NodeScene scene)
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://{(IPEndPoint)scene.Proxy.Management}/metrics"));
        return (text.Split('\n').Count(static line => line.Length > 0 && line[0] != '#'), text.Length);
    }

    private static string KindOf(string line)
    {
        var record = JsonNode.Parse(line)!;
        return (string?)record["event"] is { } happening
            ? $"event {happening}"
            : $"{record["verdict"]} {record["request"]?["path"] ?? record["request"]?["rawTarget"]}";
    }

    private static long Compressed(byte[] text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, SegmentKeeper.Compression, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return compressed.Length;
    }
}
