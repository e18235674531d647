namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Builds the coverage from what was seen of each node.</summary>
internal static class CoverageBuilder
{
    // Enough for every gap of a cluster of some hundred nodes; nobody reads a longer list.
    private const int MostGaps = 1000;

    public static Coverage Build(ReducedLog log)
    {
        var nodes = log.Nodes.Where(static node => node.LastTicks > 0).OrderBy(static node => node.Name, StringComparer.Ordinal).ToList();
        if (nodes.Count == 0)
        {
            return new Coverage(null, null, [], 0, []);
        }

        var from = nodes.Min(static node => node.FirstTicks);
        var gaps = nodes.SelectMany(node => GapsOf(node, from, log.Options.SeesWholeChains)).ToList();
        return new Coverage(
            TableBuilder.Moment(from),
            TableBuilder.Moment(nodes.Max(static node => node.LastTicks)),
            [.. nodes.Select(static node => node.Name)],
            nodes.SelectMany(static node => node.Hours).Select(static hour => hour / 24).Distinct().Count(),
            [.. gaps.Take(MostGaps)])
        {
            MoreGaps = Math.Max(0, gaps.Count - MostGaps),
        };
    }

    private static IEnumerable<CoverageGap> GapsOf(NodeCoverage node, long from, bool seesWholeChains) =>
        Retention(node, from)
            .Concat(seesWholeChains ? node.Chains.Values.SelectMany(chain => Holes(node, chain)) : [])
            .Concat(node.Losses.Select(loss => Gap(node, GapKind.Lost, loss.FromTicks, loss.ToTicks, loss.Count)))
            .Concat(Silences(node))
            .OrderBy(static gap => gap.From).ThenBy(static gap => gap.To).ThenBy(static gap => gap.Kind).ThenBy(static gap => gap.Lines);

    // A node that joined later begins its first chain at 1.
    private static IEnumerable<CoverageGap> Retention(NodeCoverage node, long from)
    {
        var isCut = node.HasRemovals || node.Chains.Values.Any(static chain => chain.Spans.Count > 0 && chain.Spans[0].First > 1);
        return isCut && node.FirstTicks - from >= TimeSpan.TicksPerHour
            ? [Gap(node, GapKind.Retention, from, node.FirstTicks, 0)]
            : [];
    }

    private static IEnumerable<CoverageGap> Holes(NodeCoverage node, ChainSpans chain)
    {
        var spans = chain.Spans;
        if (chain.IsScattered)
        {
            var missing = spans[^1].Last - spans[0].First + 1 - chain.Lines;
            return [Gap(node, GapKind.Hole, spans[0].FirstTicks, spans[^1].LastTicks, Math.Max(1, missing))];
        }

        return spans.Zip(spans.Skip(1), (before, after) => Gap(node, GapKind.Hole, before.LastTicks, after.FirstTicks, after.First - before.Last - 1))
            .Where(gap => gap.To >= TableBuilder.Moment(node.FirstTicks) && gap.From <= TableBuilder.Moment(node.LastTicks));
    }

    private static IEnumerable<CoverageGap> Silences(NodeCoverage node)
    {
        var before = -1;
        foreach (var hour in node.Hours)
        {
            if (before >= 0 && hour > before + 1)
            {
                yield return Gap(node, GapKind.Silent, Ticks(before + 1), Ticks(hour), 0);
            }

            before = hour;
        }
    }

    private static long Ticks(int hour) => DateTime.UnixEpoch.Ticks + (hour * TimeSpan.TicksPerHour);

    // Records carry the time at which their request arrived, so the line after a hole can be slightly earlier than the line before it.
    private static CoverageGap Gap(NodeCoverage node, GapKind kind, long from, long to, long lines) =>
        new(node.Name, kind, TableBuilder.Moment(Math.Min(from, to)), TableBuilder.Moment(Math.Max(from, to)), lines);
}
