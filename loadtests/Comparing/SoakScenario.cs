using System.Globalization;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Report;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Comparing;

/// <c>soak [MINUTES]</c>: runs the mix on 8 connections for half an hour. Writes <c>loadtests/results/DATE-soak.md</c>.
internal static class SoakScenario
{
    private const int TurnSeconds = 60;

    public static async Task<int> RunAsync(string[] args)
    {
        if (Requirements.Missing() is { } missing)
        {
            await Console.Error.WriteLineAsync($"soak: {missing}");
            return 2;
        }

        var minutes = args is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 30;
        await using var topology = await NodeTopology.CreateAsync(PeersRun.WorkDirectory);
        using var stub = await RunningStub.StartAsync(topology);
        var comparison = new Comparison(topology, stub, new Samples());
        var states = await Soak.RunAsync(comparison, topology, PeersScenario.Program, minutes, TurnSeconds);
        var machine = await MachineFacts.ReadAsync(PeersScenario.Program, topology.Directory);
        Directory.CreateDirectory(PeersScenario.Results);
        await File.WriteAllTextAsync(Path.Combine(PeersScenario.Results, $"{machine.Date}-soak.md"), SoakReport.Render(machine, states));
        return 0;
    }
}
