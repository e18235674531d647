using ImdsProxy.LoadTests.Report;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>
/// <c>peers [quick]</c>: compares the published proxy with no proxy, nginx, HAProxy and a bare forwarder. Writes
/// <c>loadtests/results/DATE.md</c> and its charts. A missed target is reported but is not a failure.
/// </summary>
internal static class PeersScenario
{
    /// <summary>The directory for reports.</summary>
    public const string Results = "loadtests/results";

    /// <summary>The command that starts the published proxy.</summary>
    public static readonly string[] Program = [Path.GetFullPath("artifacts/publish/imds-proxy")];

    public static async Task<int> RunAsync(string[] args)
    {
        if (Requirements.Missing() is { } missing)
        {
            await Console.Error.WriteLineAsync($"peers: {missing}");
            return 2;
        }

        var plan = args is ["quick"] ? RunPlan.Quick : RunPlan.Full;
        var results = await PeersRun.RunAsync(plan, Program);
        await Console.Out.WriteLineAsync($"\n{await ReportFiles.WriteAsync(Results, results)}");
        return 0;
    }
}
