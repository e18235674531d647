using System.Globalization;
using ImdsProxy.Core.Demands;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>A table as text, with everything that it tells.</summary>
internal static class TableText
{
    public static string Of(DemandTable table) => string.Join('\n',
    [
        .. table.Demands.Select(Of),
        .. table.Workloads.Select(static workload => string.Create(CultureInfo.InvariantCulture, $"{workload.Workload} {workload.FirstSeen:O} {workload.Requests} {workload.Folded} {workload.PodCount}")),
        .. table.NotJudged.Select(static entry => $"{entry.Key} {entry.Value}"),
        $"{table.Coverage.From:O} {table.Coverage.To:O} {string.Join(',', table.Coverage.Nodes)} {table.Coverage.Days} {table.Coverage.MoreGaps}",
        .. table.Coverage.Gaps.Select(static gap => gap.ToString()),
        $"{table.Skipped}",
    ]);

    private static string Of(Demand demand) => string.Join(' ',
    [
        demand.Id, demand.Key.ToString(), demand.Answer?.ToString(), demand.FirstSeen.ToString("O"), demand.First.ToString("O"), demand.Nodes.ToString(CultureInfo.InvariantCulture),
        string.Join(',', demand.PodNames), string.Join(',', demand.UserAgents), string.Join(',', demand.Statuses), demand.PodCount.ToString(CultureInfo.InvariantCulture),
        .. demand.Parts.Select(static part =>
            $"{part.Verdict} {part.Outcome} {part.Requests} {part.Last:O} {part.IsMismatch} {string.Join(',', part.PerDay)} {string.Join(';', part.Labels.Select(static labels => $"{(labels.Labels.IsDefault ? "?" : string.Join(',', labels.Labels))} {labels.Requests}"))}"),
    ]);
}
