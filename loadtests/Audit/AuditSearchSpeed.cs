using System.Diagnostics;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>
/// <c>audit-search DIR IMDS-PROXY [ROUNDS]</c>: compares the search with <c>grep -c -F</c> and <c>jq</c> on the same
/// files in the page cache, and with <c>zcat | grep</c> on compressed files. They run in turns, so that other load on the
/// machine affects all equally. The medians count.
/// </summary>
internal static class AuditSearchSpeed
{
    private const string Pod = "service-42-7c9f8d6b5-x0042";
    private const double MostOfGrep = 2;
    private const double LeastOfJq = 20;
    private const long MostMemory = 100 << 20;

    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, proxy) = (args[0], args[1]);
        var rounds = args is [_, _, var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 3;
        await OutputAsync($"cat {directory}/audit-*.jsonl >/dev/null");
        // Output goes to a pipe, because grep stops at the first match if its output is /dev/null.
        var whole = await MedianAsync(
            rounds,
            $"{proxy} audit search {directory} --pod {Pod} -o json >/dev/null",
            $"grep -c -F {Pod} {directory}/audit-*.jsonl",
            $"cat {directory}/audit-*.jsonl | jq -c 'select(.caller.pod==\"{Pod}\")' >/dev/null");
        await Console.Out.WriteLineAsync($"audit search {whole[0]:0.00} s; grep -c -F {whole[1]:0.00} s, search takes {whole[0] / whole[1]:0.00} times as long; jq {whole[2]:0.0} s, {whole[2] / whole[0]:0} times as long as search");
        var compressed = await CompressedAsync(directory, proxy, rounds);
        var memory = await PeakAsync(proxy, "audit", "search", directory, "--not", "--reason", "upstream-error", "-o", "json");
        await Console.Out.WriteLineAsync($"memory while finding every record: {memory >> 20} MiB at most");
        return whole[0] <= whole[1] * MostOfGrep && whole[0] * LeastOfJq <= whole[2] && compressed <= 1 && memory <= MostMemory ? 0 : 1;
    }

    // Uses several segments: each core decompresses one, whereas zcat uses only one core.
    private static async Task<double> CompressedAsync(string directory, string proxy, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("audit-search-gz").FullName;
        try
        {
            await OutputAsync($"for f in $(ls {directory}/audit-*.jsonl | head -4); do gzip -6 -c $f > {folder}/$(basename $f).gz; done");
            var one = await MedianAsync(
                rounds,
                $"{proxy} audit search {folder} --pod {Pod} -o json >/dev/null",
                $"zcat {folder}/*.gz | grep -c -F {Pod}");
            await Console.Out.WriteLineAsync($"compressed: audit search {one[0]:0.00} s; zcat | grep {one[1]:0.00} s, search takes {one[0] / one[1]:0.00} times as long");
            return one[0] / one[1];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double[]> MedianAsync(int rounds, params string[] commands)
    {
        var took = commands.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var n = 0; n < commands.Length; n++)
            {
                var start = Stopwatch.GetTimestamp();
                await OutputAsync(commands[n]);
                took[n].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return [.. took.Select(times => times.Order().ElementAt(rounds / 2))];
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

    private static async Task<string> OutputAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
