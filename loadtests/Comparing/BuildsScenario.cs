using System.Globalization;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>
/// <c>builds PROGRAM…</c>: compares builds of the proxy side by side, such as before and after a change. Two consecutive
/// runs are less reliable: the machine's speed changes more between them than most code changes affect it.
/// </summary>
internal static class BuildsScenario
{
    private const int Rounds = 9;

    private static readonly Load[] Loads = [Measuring.Loads.Token(1), Measuring.Loads.Token(32), Measuring.Loads.Denial(32), Measuring.Loads.SameInstance(32)];

    public static async Task<int> RunAsync(string[] args)
    {
        if (Missing(args) is { } missing)
        {
            await Console.Error.WriteLineAsync($"builds: {missing}");
            return 2;
        }

        await using var topology = await NodeTopology.CreateAsync(PeersRun.WorkDirectory);
        using var stub = await RunningStub.StartAsync(topology);
        using var builds = await RunningProxies.StartAsync(topology, args.Select(Wanted));
        await CompareAsync(topology, stub, builds.Peers);
        return 0;
    }

    // Numbered, so that a build can be compared with itself to show the machine's noise.
    private static (string[] Program, ImdsProxySetup Setup) Wanted(string program, int index) =>
        ([Path.GetFullPath(program)], new ImdsProxySetup($"{index + 1} {program}", ImdsProxySetup.Shipped.Port + (2 * index)));

    private static string? Missing(string[] programs) =>
        programs.Length == 0 ? "name the programs to compare"
        : programs.FirstOrDefault(static program => !File.Exists(program)) is { } absent ? $"there is no program {absent}"
        : Requirements.Missing();

    private static async Task CompareAsync(NodeTopology topology, RunningStub stub, IReadOnlyList<Peer> builds)
    {
        var samples = new Samples();
        var comparison = new Comparison(topology, stub, samples);
        List<Cell> cells = [.. Loads.SelectMany(load => builds.Select(build => new Cell(load, build)))];
        await comparison.WarmAsync(cells, seconds: 1);
        await comparison.RunAsync(cells, Rounds, seconds: 1);
        await Console.Out.WriteLineAsync("\nMedians of all rounds; the ratio is requests/s relative to the first build's in the same round.");
        foreach (var cell in cells)
        {
            var (load, name) = (cell.Load, cell.Peer.Name);
            var ratio = samples.Ratio((load, name), (load, builds[0].Name), static figures => figures.PerSecond)!;
            double Median(Func<Figures, double> figure) => samples.Spread(load, name, figure)!.Median;
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{load.FullName,-42} {name,-32} p50 {Median(f => f.P50),6:0} µs  p99 {Median(f => f.P99),6:0} µs  {Median(f => f.PerSecond),7:0}/s  {ratio.Median:0.00} ({ratio.Least:0.00}–{ratio.Most:0.00})  {Median(f => f.Processor),5:0.0} µs of a processor"));
        }

        foreach (var build in builds)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{build.Name}: {build.Process!.ResidentMegabytes:0.0} MB after {comparison.AskedOf(build):n0} requests"));
        }
    }
}
