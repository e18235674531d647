using ImdsProxy.Core.Demands;

namespace ImdsProxy.Workbench;

/// <summary>Writes the table of demands for people.</summary>
internal static class DemandsText
{
    public static void Write(IEnumerable<Demand> demands, LogBasis basis, DemandWords words, TextWriter output)
    {
        CoverageText.Write(basis, output);
        output.WriteLine();
        var table = new TextTable("WORKLOAD", "WANTS", "DAYS", "REQUESTS", "PODS", "NODES", "ANSWERED", "LAST", "ID");
        foreach (var demand in demands)
        {
            table.Add(
                DemandWords.Workload(demand),
                words.Want(demand),
                PlainText.Number(demand.Days),
                PlainText.Number(demand.Requests),
                PlainText.Number(demand.PodCount),
                PlainText.Number(demand.Nodes),
                PlainText.Number(demand.Parts.Where(static part => part.Outcome == DemandOutcome.Answered).Sum(static part => part.Requests)),
                PlainText.Day(demand.Last),
                demand.Id);
        }

        table.Write(output);
    }
}
