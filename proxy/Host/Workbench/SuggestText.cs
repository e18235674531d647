using ImdsProxy.Core.Demands.Suggesting;

namespace ImdsProxy.Workbench;

/// <summary>Writes a suggestion for people: what it proposes, what it leaves out and why, and what to do next.</summary>
internal static class SuggestText
{
    public static void Write(SuggestAnswer answer, TextWriter output)
    {
        output.WriteLine(answer.BasePath is { } path ? $"base {path} revision {answer.BaseRevision}" : "without a base");
        CoverageText.Write(answer.Basis, output);
        output.WriteLine();
        var words = new DemandWords(answer.Identities);
        WriteProposed(answer, words, output);
        WriteLeftOut(answer, words, output);
        output.WriteLine();
        WriteNext(answer, output);
    }

    private static void WriteProposed(SuggestAnswer answer, DemandWords words, TextWriter output)
    {
        if (answer.Result.Proposed.IsEmpty)
        {
            output.WriteLine("Nothing is proposed.");
            return;
        }

        var days = PlainText.Number(answer.Basis.Coverage.Days);
        var table = new TextTable("WORKLOAD", "WANTS", "DAYS", "REQUESTS", "LAST", "PROPOSAL");
        foreach (var proposal in answer.Result.Proposed)
        {
            var demand = proposal.Demand;
            table.Add(
                DemandWords.Workload(demand),
                words.Want(demand),
                $"{PlainText.Number(demand.Days)} of {days}",
                PlainText.Number(demand.Requests),
                PlainText.Day(demand.Last),
                $"{(proposal.IsQuietDeny ? "deny quietly" : "allow")} by {proposal.Rule}{(proposal.KnownCaller is { } caller ? $" ({caller})" : "")}");
        }

        table.Write(output);
    }

    private static void WriteLeftOut(SuggestAnswer answer, DemandWords words, TextWriter output)
    {
        foreach (var same in answer.Result.LeftOut.GroupBy(static left => left.Reason).OrderBy(static same => same.Key))
        {
            output.WriteLine();
            output.WriteLine($"LEFT OUT  {LeftOutWords.Name(same.Key)}: {LeftOutWords.Of(same.Key)}");
            if (same.Key == LeftOutReason.AlreadyAllowed)
            {
                output.WriteLine($"  {PlainText.Count(same.Count(), "demand")}, {PlainText.Count(same.Sum(static left => left.Requests), "request")}");
                continue;
            }

            var table = new TextTable("WORKLOAD", "WANTS", "DAYS", "REQUESTS", "LAST", "ID", "NOTE");
            foreach (var left in same)
            {
                Add(table, left, words);
            }

            table.Write(output, "  ");
        }
    }

    private static void Add(TextTable table, LeftOut left, DemandWords words)
    {
        if (left.Demand is not { } demand)
        {
            table.Add(left.Workload is { } workload ? PlainText.Of(workload.ToString()) : "-", "-", "-", PlainText.Number(left.Requests), "-", "-", "");
            return;
        }

        table.Add(DemandWords.Workload(demand), words.Want(demand), PlainText.Number(demand.Days), PlainText.Number(left.Requests), PlainText.Day(demand.Last), demand.Id, Note(left));
    }

    private static string Note(LeftOut left) =>
        left.Eligible is { } moment ? $"eligible on {PlainText.Day(moment)}"
        : left.Detail is { } detail ? PlainText.Of(detail)
        : left.Rule is { } rule ? $"rule {PlainText.Of(rule)}"
        : left.IsAcceptable ? "" : "can't be accepted";

    private static void WriteNext(SuggestAnswer answer, TextWriter output)
    {
        var from = string.Join(' ', answer.From);
        var suggest = $"imds-proxy policy suggest {from}{(answer.BasePath is { } path ? $" --base {path}" : "")}";
        if (answer.Result.LeftOut.Any(static left => left.IsAcceptable))
        {
            output.WriteLine("To add a demand that is left out, find out who sends it and why, then accept its id:");
            output.WriteLine($"  {suggest} --accept ID");
        }

        if (answer.Result.Proposed.IsEmpty)
        {
            return;
        }

        output.WriteLine(answer.BasePath is null
            ? "Next, write the policy (in audit mode, so that it denies nothing yet) and see what it would change:"
            : "Next, write the suggestion beside the base, and see what both would change:");
        output.WriteLine(answer.BasePath is null ? $"  {suggest} -o fragment > policy.json" : $"  {suggest} -o fragment > policy.d/suggested.json");
        output.WriteLine($"  imds-proxy policy simulate {(answer.BasePath is null ? "policy.json" : "policy.d")} {from}");
    }
}
