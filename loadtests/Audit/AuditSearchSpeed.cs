using System.Diagnostics;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>
/// <c>audit-search DIR IMDS-PROXY</c>: the search against <c>grep -c -F</c>, <c>jq</c> and <c>zcat | grep</c> on the same
/// files in the page cache, in one run.
/// </summary>
internal static class AuditSearchSpeed
{
    private const string Pod = "service-42-7c9f8d6b5-x0042";
    private const int Rounds = 5;

    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, proxy) = (args[0], args[1]);
        // Into a pipe: grep stops at the first match where it sees /dev/null.
        var grep = await BestAsync($"cat {directory}/audit-*.jsonl >/dev/null; true", $"grep -c -F {Pod} {directory}/audit-*.jsonl");
        var search = await BestAsync("true", $"{proxy} audit search {directory} --pod {Pod} -o json >/dev/null");
        var jq = await BestAsync("true", $"head -n 100000 {directory}/audit-*-1.jsonl | jq -c 'select(.caller.pod==\"{Pod}\")' >/dev/null", rounds: 1) * Lines(directory) / 100_000.0;
        await Console.Out.WriteLineAsync($"grep -c -F {grep:0.00} s; audit search {search:0.00} s, {search / grep:0.00} of it; jq {jq:0.0} s (from its first 100,000 lines), {jq / search:0} times as long");
        var memory = await PeakAsync(proxy, "audit", "search", directory, "--not", "--reason", "upstream-error", "-o", "json");
        await Console.Out.WriteLineAsync($"memory while finding every record: {memory >> 20} MiB at most");
        return search <= grep * 2 && search * 20 <= jq ? 0 : 1;
    }

    private static async Task<long> PeakAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var discarding = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        var peak = 0L;
        while (!discarding.IsCompleted)
        {
            process.Refresh();
            peak = process.HasExited ? peak : Math.Max(peak, process.PeakWorkingSet64);
            await Task.WhenAny(discarding, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }

        await process.WaitForExitAsync();
        return peak;
    }

    private static long Lines(string directory) =>
        Directory.EnumerateFiles(directory, "audit-*.jsonl").Sum(file => File.ReadLines(file).LongCount());

    private static async Task<double> BestAsync(string before, string command, int rounds = Rounds)
    {
        var best = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            await OutputAsync(before);
            var start = Stopwatch.GetTimestamp();
            await OutputAsync(command);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static async Task<string> OutputAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
