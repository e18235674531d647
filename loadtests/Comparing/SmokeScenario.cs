using ImdsProxy.LoadTests.Report;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.TestKit;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>
/// <c>smoke</c>: runs every part of the load tests once and briefly, with the proxy that the tests start. Prints the
/// figures. Fails if something breaks, but never because of a time. On a machine that cannot run it, it says so and
/// succeeds.
/// </summary>
internal static class SmokeScenario
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (Requirements.Missing() is { } missing)
        {
            await Console.Out.WriteLineAsync($"load tests: skipped: {missing}");
            return 0;
        }

        var results = await PeersRun.RunAsync(RunPlan.Smoke, ImdsProxyProgram.Command);
        var directory = Directory.CreateTempSubdirectory("imds-proxy-load").FullName;
        try
        {
            // Measurements of one second are too short to compare with the targets.
            await ReportFiles.WriteAsync(directory, results);
            await Console.Out.WriteLineAsync($"load tests: {results.Samples.All.Count} measurements, {results.Memory.Megabytes:0} MB after {results.Memory.Requests:n0} requests; all parts work");
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
