using System.Collections.Immutable;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Demo;

/// <summary>Formats a suggestion and a simulation so that they fit on the demo's screen. The commands show each demand.</summary>
internal static class LearningRows
{
    private const int WorkloadWidth = 21;

    public static void Show(Screen screen, SuggestResult suggestion, DemandTable table)
    {
        var words = new DemandWords(DemandIdentities.Of(table, suggestion.Policy));
        foreach (var proposal in suggestion.Proposed)
        {
            screen.Line(
                (Ink.Green, $"  + propose   {Screen.Fit(DemandWords.Workload(proposal.Demand), WorkloadWidth)}"),
                (Ink.Plain, words.Want(proposal.Demand)));
            screen.Line((Ink.Dim, $"{"",14}{proposal.Demand.Days} of {table.Coverage.Days} days; {(proposal.IsQuietDeny ? "denied quietly" : "allowed")} by the rule {proposal.Rule}"));
        }

        // What the base allows needs no decision.
        var left = suggestion.LeftOut.Where(static left => left is { Demand: not null, Reason: not LeftOutReason.AlreadyAllowed });
        foreach (var same in left.GroupBy(static left => left.Reason))
        {
            var workloads = same.CountBy(static left => DemandWords.Workload(left.Demand!)).Select(static workload => $"{workload.Key} ({PlainText.Count(workload.Value, "demand")})");
            screen.Line((Ink.Yellow, $"  - leave out {LeftOutWords.Name(same.Key),-15}"), (Ink.Plain, string.Join(", ", workloads)));
            screen.Text(LeftOutWords.Of(same.Key), Ink.Dim);
        }
    }

    public static void Show(Screen screen, SimulationResult result)
    {
        foreach (var same in result.Items.GroupBy(static item => (item.Outcome, Workload: DemandWords.Workload(item.Demand))))
        {
            var rules = same.Select(static item => item.Rule ?? "no rule allows it").Distinct(StringComparer.Ordinal).ToImmutableArray();
            screen.Line(
                (same.Key.Outcome == SimulationOutcome.WouldOpen ? Ink.Yellow : Ink.Red, $"  {Word(same.Key.Outcome),-12}{Screen.Fit(same.Key.Workload, WorkloadWidth)}"),
                (Ink.Plain, $"{PlainText.Count(same.Sum(static item => item.Requests), "request"),-13}"),
                (Ink.Dim, string.Join(", ", rules)));
        }
    }

    private static string Word(SimulationOutcome outcome) => outcome switch
    {
        SimulationOutcome.WouldBreak => "would break",
        SimulationOutcome.WouldOpen => "would open",
        _ => "not judged",
    };
}
