using System.Text.Json;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands.Evidence;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>Writes what a reducer has found as lines, which <see cref="DemandReader"/> merges into another reducer, in another process.</summary>
public static class DemandWriter
{
    // Keeps a line far below the limit of its reader.
    private const int LabelsPerLine = 1000;

    /// <summary>Returns the lines in UTF-8, without line feeds.</summary>
    /// <param name="reducer">A reducer that has received all of its lines.</param>
    public static IEnumerable<byte[]> LinesOf(DemandReducer reducer) =>
        Lines(reducer.Finished()).Select(static line => JsonSerializer.SerializeToUtf8Bytes(line, CarriedJson.Default.CarriedLine));

    private static IEnumerable<CarriedLine> Lines(ReducedLog log)
    {
        foreach (var node in log.Nodes)
        {
            yield return new CarriedLine { Node = NodeOf(node) };
        }

        foreach (var workload in log.Workloads.All)
        {
            yield return new CarriedLine { Workload = WorkloadOf(workload) };
            foreach (var row in workload.Rows)
            {
                yield return new CarriedLine { Row = RowOf(row) };
            }
        }

        foreach (var pods in log.Labels.Pods.Chunk(LabelsPerLine))
        {
            yield return new CarriedLine
            {
                Labels = new CarriedLabels(log.Labels.Limit, [.. pods.Select(static pod => pod.Key)], [.. pods.Select(static pod => pod.Value)]),
            };
        }

        yield return new CarriedLine { Counts = CountsOf(log) };
    }

    private static CarriedNode NodeOf(NodeCoverage node) => new(
        node.Name,
        node.FirstTicks,
        node.LastTicks,
        node.HasRemovals,
        [.. Runs(node.Hours)],
        [.. node.Losses.Select(static loss => (long[])[loss.FromTicks, loss.ToTicks, loss.Count])],
        [.. node.Chains.Select(static chain => new CarriedChain(chain.Key, chain.Value.Lines, chain.Value.IsScattered, [.. chain.Value.Spans.Select(static span => (long[])[span.First, span.Last, span.FirstTicks, span.LastTicks])]))]);

    private static IEnumerable<int[]> Runs(IEnumerable<int> hours)
    {
        int[]? run = null;
        foreach (var hour in hours)
        {
            if (run is not null && run[1] == hour - 1)
            {
                run[1] = hour;
                continue;
            }

            if (run is not null)
            {
                yield return run;
            }

            run = [hour, hour];
        }

        if (run is not null)
        {
            yield return run;
        }
    }

    private static CarriedWorkload WorkloadOf(WorkloadRows workload) => new(
        workload.Workload.Namespace, workload.Workload.ServiceAccount, workload.EarliestTicks, workload.Requests, workload.Folded, PairsOf(workload.Pods));

    private static CarriedRow RowOf(DemandRow row)
    {
        var (key, answer) = (row.Key.Demand, row.Key.Answer);
        return new CarriedRow
        {
            Owner = key.Owner,
            Method = key.Method,
            Path = key.Path,
            IsProbe = key.IsProbe,
            IsOnHost = key.IsOnHost,
            Resource = key.Resource,
            SelectorKind = key.SelectorKind,
            Selector = key.Selector,
            Pin = key.Pin,
            IsCut = key.IsCut,
            LacksExtraQuery = key.LacksExtraQuery,
            ExtraNames = key.ExtraNames.Length == 0 ? null : key.ExtraNames,
            AnswerClientId = answer?.ClientId,
            AnswerResource = answer?.Resource,
            AnswerAudience = answer?.Audience,
            Verdict = row.Key.Verdict.Name(),
            Outcome = OutcomeNames.Name(row.Key.Outcome),
            IsMismatch = row.IsMismatch,
            IsOfDenyRule = row.IsOfDenyRule,
            Requests = row.Requests,
            Earliest = row.EarliestTicks,
            First = row.FirstTicks,
            Last = row.LastTicks,
            Days = PairsOf(row.Days),
            Statuses = PairsOf(row.Statuses),
            Pods = PairsOf(row.Pods),
            Nodes = PairsOf(row.Nodes),
            PodNames = [.. row.PodNames.Texts],
            UserAgents = [.. row.UserAgents.Texts],
        };
    }

    private static CarriedCounts CountsOf(ReducedLog log)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < log.NotJudged.Length; i++)
        {
            if (log.NotJudged[i] > 0)
            {
                counts.Add(((NotJudged)i).Name(), log.NotJudged[i]);
            }
        }

        return new CarriedCounts(log.Skipped, counts);
    }

    private static long[] PairsOf(Tally tally)
    {
        var pairs = new long[tally.Entries.Length * 2];
        for (var i = 0; i < tally.Entries.Length; i++)
        {
            (pairs[2 * i], pairs[(2 * i) + 1]) = (tally.Entries[i].Key, tally.Entries[i].Count);
        }

        return pairs;
    }

    private static ulong[] PairsOf(DistinctSample sample)
    {
        var pairs = new ulong[sample.Kept * 2];
        for (var i = 0; i < sample.Kept; i++)
        {
            (pairs[2 * i], pairs[(2 * i) + 1]) = (sample.Hashes[i], sample.Counts[i]);
        }

        return pairs;
    }
}
