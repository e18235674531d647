using System.Text;
using ImdsProxy.LoadTests.Comparing;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;

namespace ImdsProxy.LoadTests.Report;

/// <summary>Renders the report of a run.</summary>
internal static class Markdown
{
    /// <param name="results">The results to report.</param>
    /// <param name="charts">The charts' file names, relative to the report, and titles.</param>
    public static string Render(RunResults results, IEnumerable<(string File, string Title)> charts)
    {
        var text = new StringBuilder()
            .Append($"# Load tests, {results.Machine.Date}, {results.Plan.Name} run\n")
            .Append("Written by `make loadtest SCENARIO=peers`. Pod, node and IMDS are network namespaces; the same iptables DNAT rule on the node sends the pod's requests for 169.254.169.254 to each measured peer in turn. Compare figures only within this run.\n\n");
        foreach (var line in results.Machine.Lines)
        {
            text.Append($"- {line}\n");
        }

        text.Append(
            $"""
            - {results.Plan.Rounds} rounds of {results.Plan.Seconds} s ({results.Plan.MoreRounds} of 1 s for measurements without a target), each with all peers in turns; figures are medians of the rounds, with the lowest and the highest in brackets; ratios are medians of the ratios within each round
            - ImdsProxy runs with identity ({ImdsProxySetup.UsualPods} pods), a policy of {ImdsProxySetup.UsualRules} rules, metrics, `--audit-dir` on the disk and `--require-original-destination`; nginx and HAProxy compare path, method, header and two parameters with constants, know no pods and write no records; bare YARP decides nothing; bare Kestrel has the settings of ImdsProxy's listener and answers constants from memory, so no proxy on Kestrel can be faster
            - "ImdsProxy" has its default settings: it serves cached tokens and shares an instance document for a second. "{ImdsProxySetup.Strict.Name}" has `{string.Join(' ', ImdsProxySetup.Strict.Flags)}`; for different targets in turns, it sends each request to IMDS (see "to IMDS")
            - the limits on connections and requests of one pod are lifted, because one generator stands for many pods


            """);
        Targets(text, Report.Targets.Of(results));
        foreach (var (file, title) in charts)
        {
            text.Append($"![{title}]({file})\n\n");
        }

        Tables(text, results.Samples);
        return text.ToString();
    }

    /// <summary>Appends the table of targets.</summary>
    public static void Targets(StringBuilder text, IReadOnlyList<Target> targets)
    {
        text.Append("## Targets\n| what | target | measured | |\n|---|---|---|---|\n");
        foreach (var target in targets)
        {
            text.Append($"| {target.What} | {target.Goal} | {target.Measured} | {target.Met switch { true => "met", false => "**missed**", null => "–" }} |\n");
        }

        text.Append("\nThe costs of identifying, parsing and deciding, and of allocation, are measured separately: `make loadtest SCENARIO=cached-token` and the benchmarks.\n\n");
    }

    private static void Tables(StringBuilder text, Samples samples)
    {
        text.Append("## All figures\n\"processor\" is the peer's own processor time per request; \"to IMDS\" is the number of requests that reached IMDS per request.\n\n");
        foreach (var load in samples.All.GroupBy(sample => sample.Load.FullName, StringComparer.Ordinal))
        {
            text.Append($"### {load.Key}\n| | p50 µs | p99 µs | requests/s | requests/s relative to nginx | processor µs | to IMDS |\n|---|---|---|---|---|---|---|\n");
            foreach (var peer in load.Select(sample => sample.Peer).Distinct(StringComparer.Ordinal))
            {
                Row(text, samples, load.First().Load, peer);
            }

            text.Append('\n');
        }
    }

    private static void Row(StringBuilder text, Samples samples, Load load, string peer)
    {
        var ratio = samples.Ratio((load, peer), (load, OtherPeers.Nginx), figures => figures.PerSecond);
        var processor = samples.Spread(load, peer, figures => figures.Processor)!;
        text.Append($"| {peer} | {Cell(load, peer, figures => figures.P50)} | {Cell(load, peer, figures => figures.P99)} | {Cell(load, peer, figures => figures.PerSecond)} ")
            .Append($"| {(ratio is null ? "" : $"{ratio.Median:0.00}")} | {(processor.Most > 0 ? $"{processor.Median:0.0}" : "")} | {samples.Spread(load, peer, figures => figures.Upstream)!.Median:0.00} |\n");

        string Cell(Load of, string who, Func<Figures, double> figure)
        {
            var spread = samples.Spread(of, who, figure)!;
            return $"{spread.Median:n0} ({spread.Least:n0}–{spread.Most:n0})";
        }
    }
}
