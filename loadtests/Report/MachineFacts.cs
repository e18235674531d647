using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Report;

/// <summary>The machine and the date of the measurement, as text.</summary>
/// <param name="Date">The day, in UTC.</param>
/// <param name="Lines">The facts, one a line.</param>
internal sealed record MachineFacts(string Date, IReadOnlyList<string> Lines)
{
    /// <param name="program">The command that starts <c>imds-proxy</c>.</param>
    /// <param name="directory">The directory of the audit log.</param>
    public static async Task<MachineFacts> ReadAsync(string[] program, string directory)
    {
        var memory = long.Parse(Value("/proc/meminfo", "MemTotal").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) >> 10;
        return new MachineFacts(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            [
                $"{Value("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, shared by generator, peer and IMDS; {memory:n0} MB; Linux {(await File.ReadAllTextAsync("/proc/sys/kernel/osrelease")).Trim()}",
                $"audit log on {(await Programs.MustAsync(["stat", "-f", "-c", "%T", directory])).Trim()}; load average at the end {string.Join(' ', (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[..3])}",
                $"imds-proxy {await FirstLineAsync([.. program, "--version"])}, .NET {Environment.Version}",
                $"{await FirstLineAsync("nginx", "-v")}; {await FirstLineAsync("haproxy", "-v")}; {await FirstLineAsync("wrk", "-v")}",
            ]);
    }

    private static string Value(string file, string key) =>
        File.ReadLines(file).First(line => line.StartsWith(key, StringComparison.Ordinal)).Split(':', 2)[1].Trim();

    // nginx prints its version on stderr, and wrk exits with 1 after printing its own.
    private static async Task<string> FirstLineAsync(params string[] command) =>
        (await Programs.MustAsync(["/bin/sh", "-c", "\"$@\" 2>&1 || true", "sh", .. command])).Split('\n')[0].Split(" Copyright")[0].Replace("nginx version: ", "", StringComparison.Ordinal);
}
