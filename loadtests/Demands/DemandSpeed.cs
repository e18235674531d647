using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.TestKit.ClusterLog;

namespace ImdsProxy.LoadTests.Demands;

/// <summary>
/// <c>demands [DIR] [IMDS-PROXY] [quick]</c>: writes the log of a cluster of 200 nodes and 30 days, and a log in which no line is like another,
/// into a directory, unless they are there. Then it reduces both with a program, from the page cache; by default with the published one. The
/// suggestion for the cluster must be the truth of the generator. <c>quick</c> takes a small cluster and fewer records.
/// </summary>
internal static class DemandSpeed
{
    private const int Unlike = 2_000_000;
    private const int UnlikeQuick = 200_000;

    private const string Quick = "quick";

    // The contract: 10 million records in 20 s on two cores, with at most 250 MB for 50,000 demands.
    private const double LeastPerSecond = 500_000;
    private const long MostMemory = 250_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        var isQuick = args.Contains(Quick, StringComparer.Ordinal);
        string[] paths = [.. args.Where(static arg => arg != Quick)];
        var directory = Directory.CreateDirectory(paths is [var first, ..] ? first : "artifacts/loadtests/demands").FullName;
        var program = Path.GetFullPath(paths is [_, var second, ..] ? second : "artifacts/publish/imds-proxy");
        var cluster = await ClusterAsync(Path.Combine(directory, isQuick ? "cluster-small" : "cluster"), program, isQuick ? ClusterLogSize.Small : ClusterLogSize.Large);
        var unlike = await UnlikeAsync(Path.Combine(directory, isQuick ? "unlike-quick.jsonl" : "unlike.jsonl"), program, isQuick ? UnlikeQuick : Unlike);
        return cluster && unlike ? 0 : 1;
    }

    private static async Task<bool> ClusterAsync(string log, string program, ClusterLogSize size)
    {
        if (!Directory.Exists(log))
        {
            ClusterLogFiles.Write(log, size);
        }

        var policy = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(log))!, "policy.json");
        await File.WriteAllTextAsync(policy, ClusterHabits.Policy);
        var (run, answer) = await MeasureAsync("a cluster", log, program, "policy", "suggest", log, "--base", policy, "-o", "json");
        var differences = ClusterTruth.Differences(size, answer);
        await Console.Out.WriteLineAsync(differences.Count == 0
            ? $"  the suggestion is the truth of the generator: {answer["proposed"]!.AsArray().Count} demands proposed, {answer["leftOut"]!.AsArray().Count} left out; the gaps of {ClusterGaps.Kinds.Count} nodes are named"
            : string.Join('\n', differences.Prepend("  the suggestion is not the truth of the generator:")));
        await MeasureAsync("a cluster, simulated", log, program, "policy", "simulate", policy, log, "-o", "json");
        return differences.Count == 0 && run.IsGood;
    }

    private static async Task<bool> UnlikeAsync(string log, string program, int records)
    {
        if (!File.Exists(log))
        {
            UnlikeDemands.Write(log, records);
        }

        var (run, _) = await MeasureAsync($"{UnlikeDemands.Demands.ToString("N0", CultureInfo.InvariantCulture)} demands, no line like one before", log, program, "audit", "stats", log, "--by", "demand", "--top", "10", "-o", "json");
        return run.IsGood;
    }

    private static async Task<(Run Run, JsonNode Answer)> MeasureAsync(string name, string log, string program, params string[] arguments)
    {
        var bytes = Touch(log);
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var use = default(ProcessUse);
        while (!output.IsCompleted)
        {
            use = ProcessUse.Of(process, use);
            await Task.WhenAny(output, Task.Delay(Interval, TimeProvider.System));
        }

        await process.WaitForExitAsync();
        var answer = JsonNode.Parse(await output) ?? throw new InvalidDataException("the program wrote no JSON");
        var run = new Run((long)answer["coverage"]!["requests"]!, bytes, Stopwatch.GetElapsedTime(start).TotalSeconds, use.Processor.TotalSeconds, use.Peak);
        await Console.Out.WriteLineAsync(run.Text(name));
        return (run, answer);
    }

    // Reads the log once, so that it comes from the page cache.
    private static long Touch(string log)
    {
        var buffer = new byte[1 << 20];
        var bytes = 0L;
        foreach (var path in Directory.Exists(log) ? Directory.GetFiles(log) : [log])
        {
            using var file = File.OpenRead(path);
            while (file.Read(buffer) is > 0 and var read)
            {
                bytes += read;
            }
        }

        return bytes;
    }

    /// <summary>What one run took.</summary>
    private sealed record Run(long Records, long Bytes, double Seconds, double ProcessorSeconds, long Peak)
    {
        /// <summary>Whether the run is within the contract, as far as the processor time of two cores tells: other work on the machine delays the run.</summary>
        public bool IsGood => Records / ProcessorSeconds * 2 >= LeastPerSecond && Peak <= MostMemory;

        public string Text(string name) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {Records:N0} records ({Bytes / 1e9:0.0} GB) in {Seconds:0.0} s, {ProcessorSeconds:0.0} s of processor time; {Records / ProcessorSeconds / 1e6:0.00} million records a second and core; {Peak / 1e6:0} MB at most");
    }
}
