using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;

namespace ImdsProxy.LoadTests.Report;

/// <summary>Creates the charts of a run.</summary>
internal static class Charts
{
    // Each series' name and peer. ImdsProxy as shipped is measured with a single target.
    private static readonly (string Name, string Peer)[] Series =
    [
        (Peer.NoProxyName, Peer.NoProxyName), (OtherPeers.Nginx, OtherPeers.Nginx), (OtherPeers.Haproxy, OtherPeers.Haproxy), (OtherPeers.Yarp, OtherPeers.Yarp),
        (ImdsProxySetup.Strict.Name, ImdsProxySetup.Strict.Name), ($"{ImdsProxySetup.Shipped.Name}, as shipped", ImdsProxySetup.Shipped.Name),
    ];

    public static IEnumerable<(string Suffix, Chart Chart)> Of(Samples samples)
    {
        (string, Load[])[] many =
        [
            ("pass-through", [Loads.Instance(32), Loads.SameInstance(32)]), ("token", [Loads.Token(32), Loads.Tokens(32)]), ("denial", [Loads.Denial(32)]), ("mix", [Loads.Mix(32)]),
        ];
        (string, Load[])[] one =
        [
            ("pass-through", [Loads.Instance(1), Loads.SameInstance(1)]), ("token", [Loads.Token(1), Loads.Tokens(1)]), ("denial", [Loads.Denial(1)]),
        ];
        return
        [
            ("throughput", Draw($"Requests a second, 32 connections, {Environment.ProcessorCount} cores for all", "per s", many, figures => figures.PerSecond, samples)),
            ("latency", Draw("Time of a request, 1 connection: median", "µs", one, figures => figures.P50, samples)),
            ("latency-p99", Draw("Time of a request, 1 connection: 99 of 100 take at most", "µs", one, figures => figures.P99, samples)),
        ];
    }

    private static Chart Draw(string title, string unit, (string Name, Load[] Loads)[] groups, Func<Figures, double> figure, Samples samples)
    {
        var measured = groups.Where(group => Series.Any(series => Median(samples, group.Loads, series.Peer, figure) is not null)).ToList();
        return new Chart(
            title,
            unit,
            [.. measured.Select(group => group.Name)],
            [.. Series.Select(series => new ChartSeries(series.Name, [.. measured.Select(group => Median(samples, group.Loads, series.Peer, figure))]))]);
    }

    private static double? Median(Samples samples, Load[] loads, string peer, Func<Figures, double> figure) =>
        loads.Select(load => samples.Spread(load, peer, figure)?.Median).FirstOrDefault(median => median is not null);
}
