using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Builds the table from the rows of a whole log.</summary>
internal static class TableBuilder
{
    // Two demands hardly ever have the same id, so the text of the keys is rarely needed.
    private static readonly Comparer<DemandKey> ByText = Comparer<DemandKey>.Create(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    public static DemandTable Build(ReducedLog log)
    {
        var workloads = log.Workloads.All.Where(static workload => workload.Requests > 0).OrderBy(static workload => workload.Workload).ToList();
        var notJudged = ImmutableSortedDictionary.CreateBuilder<NotJudged, long>();
        for (var i = 0; i < log.NotJudged.Length; i++)
        {
            if (log.NotJudged[i] > 0)
            {
                notJudged.Add((NotJudged)i, log.NotJudged[i]);
            }
        }

        return new DemandTable(
            [.. workloads.SelectMany(workload => DemandsOf(workload, log.Labels))],
            [.. workloads.Select(EvidenceOf)],
            notJudged.ToImmutable(),
            CoverageBuilder.Build(log))
        {
            LabelKeys = log.Options.LabelKeys,
            Skipped = log.Skipped,
        };
    }

    private static WorkloadEvidence EvidenceOf(WorkloadRows workload) =>
        new(workload.Workload, Moment(workload.EarliestTicks), workload.Requests, workload.Folded) { Pods = workload.Pods };

    private static List<Demand> DemandsOf(WorkloadRows workload, PodLabels labels)
    {
        var demands = workload.Rows
            .GroupBy(static row => row.Key.Demand)
            .SelectMany(static same => ByAnswer([.. same]))
            .Where(static rows => rows.Exists(static row => row.Requests > 0))
            .Select(rows => DemandOf(rows, labels))
            .OrderBy(static demand => demand.Key.Path, StringComparer.Ordinal)
            .ThenBy(static demand => demand.Key.Method, StringComparer.Ordinal)
            .ThenBy(static demand => demand.Id, StringComparer.Ordinal)
            .ThenBy(static demand => demand.Key, ByText)
            .ToList();
        workload.Clear();
        return demands;
    }

    // If all answers are the same, requests without an answer count with it. If the answers differ, they stay separate: nobody knows which
    // answer they would have got.
    private static IEnumerable<List<DemandRow>> ByAnswer(List<DemandRow> rows)
    {
        if (rows.Count == 1)
        {
            return [rows];
        }

        var byAnswer = rows.GroupBy(static row => row.Key.Answer).ToList();
        return byAnswer.Count(static same => same.Key is not null) <= 1 ? [rows] : byAnswer.Select(static same => same.ToList());
    }

    private static Demand DemandOf(List<DemandRow> rows, PodLabels labels)
    {
        var key = rows[0].Key.Demand;
        var answer = rows.Find(static row => row.Key.Answer is not null)?.Key.Answer;
        var counted = rows.Count == 1 ? rows : Counted(rows);
        var all = Sum(counted);
        return new Demand(key, answer, [.. counted.Select(row => PartOf(row, labels))])
        {
            Id = DemandId.Of(key, answer),
            FirstSeen = Moment(rows.Min(static row => row.EarliestTicks)),
            First = Moment(all.FirstTicks),
            Nodes = all.Nodes.Count,
            Pods = all.Pods,
            PodNames = all.PodNames.Texts,
            UserAgents = all.UserAgents.Texts,
            Statuses = StatusesOf(all),
        };
    }

    private static List<DemandRow> Counted(List<DemandRow> rows) =>
        [.. rows.Where(static row => row.Requests > 0).OrderBy(static row => row.Key.Outcome).ThenBy(static row => row.Key.Verdict).ThenBy(static row => row.Key.Answer is null)];

    private static ImmutableSortedDictionary<int, long> StatusesOf(DemandRow row)
    {
        var statuses = ImmutableSortedDictionary<int, long>.Empty;
        foreach (var (status, count) in row.Statuses.Entries)
        {
            statuses = status > 0 ? statuses.Add(status, count) : statuses;
        }

        return statuses;
    }

    private static DemandRow Sum(List<DemandRow> rows)
    {
        if (rows is [var only])
        {
            return only;
        }

        var all = new DemandRow(rows[0].Key);
        rows.ForEach(all.Add);
        return all;
    }

    private static DemandPart PartOf(DemandRow row, PodLabels labels) => new(
        row.Key.Verdict,
        row.Key.Outcome,
        row.Requests,
        Moment(row.LastTicks),
        DaysOf(row),
        LabelsOf(row, labels))
    {
        IsMismatch = row.IsMismatch,
        IsOfDenyRule = row.IsOfDenyRule,
    };

    private static ImmutableArray<DayCount> DaysOf(DemandRow row)
    {
        var days = new DayCount[row.Days.Entries.Length];
        for (var i = 0; i < days.Length; i++)
        {
            var (day, count) = row.Days.Entries[i];
            days[i] = new DayCount(DateOnly.FromDayNumber(day), count);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(days);
    }

    private static ImmutableArray<LabelCount> LabelsOf(DemandRow row, PodLabels labels)
    {
        // If no policy names a label, all pods are alike, including pods outside the sample.
        if (labels.IsEmpty && row.Pods.Kept > 0)
        {
            return [new LabelCount([], row.Requests)];
        }

        var counts = new SortedDictionary<string, LabelCount>(StringComparer.Ordinal);
        var rest = row.Requests;
        for (var i = 0; i < row.Pods.Kept; i++)
        {
            if (labels.Of(row.Pods.Hashes[i]) is { IsDefault: false } known)
            {
                var text = string.Join('\n', known.Select(static label => $"{label.Key}={label.Value}"));
                var before = counts.TryGetValue(text, out var count) ? count.Requests : 0;
                counts[text] = new LabelCount(known, before + row.Pods.Counts[i]);
                rest -= row.Pods.Counts[i];
            }
        }

        return rest > 0 ? [.. counts.Values, new LabelCount(default, rest)] : [.. counts.Values];
    }

    internal static DateTimeOffset Moment(long ticks) => new(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero);
}
