using System.Globalization;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Workbench;

/// <summary>Writes the changes that a policy would make as text.</summary>
internal static class SimulateText
{
    public static void Write(SimulateAnswer answer, TextWriter output)
    {
        var result = answer.Result;
        output.WriteLine($"{answer.Policy} revision {result.Revision}, {(answer.AsWritten ? "with its modes as written" : "with every rule enforced")}");
        output.WriteLine(answer.Against is null ? "compared with what was recorded" : $"compared with {answer.Against} revision {result.Against}");
        CoverageText.Write(answer.Basis, output);
        var words = new DemandWords(answer.Identities);
        WriteAll("WOULD BREAK", result.WouldBreak, SimulationOutcome.WouldBreak, answer, words, output);
        WriteAll("WOULD OPEN", result.WouldOpen, SimulationOutcome.WouldOpen, answer, words, output);
        WriteAll("NOT JUDGED", result.NotJudged, SimulationOutcome.NotJudged, answer, words, output);
        foreach (var (cause, requests) in result.Others)
        {
            output.WriteLine($"  {PlainText.Count(requests, "request")}: {Why(cause)}");
        }

        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"unchanged {result.Unchanged:N0}, would break {result.WouldBreak:N0}, would open {result.WouldOpen:N0}, not judged {result.NotJudged:N0} ({result.NotJudgedShare:P1})"));
    }

    private static void WriteAll(string title, long requests, SimulationOutcome outcome, SimulateAnswer answer, DemandWords words, TextWriter output)
    {
        if (requests == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}  {PlainText.Count(requests, "request")}");

        // Workloads with the most requests come first, as the items do.
        foreach (var workload in answer.Result.Items.Where(item => item.Outcome == outcome).GroupBy(static item => item.Demand.Key.Workload))
        {
            output.WriteLine($"  {PlainText.Of(workload.Key.ToString())}");
            foreach (var item in workload)
            {
                Write(item, answer, words, output);
            }
        }
    }

    private static void Write(SimulationItem item, SimulateAnswer answer, DemandWords words, TextWriter output)
    {
        output.WriteLine($"    {words.Want(item.Demand)}");
        output.WriteLine($"      {PlainText.Count(item.Requests, "request")} on {PlainText.Count(item.Demand.Days, "day")}, last {PlainText.Day(item.Demand.Last)}, {DemandWords.Pods(item.Demand)}  {item.Demand.Id}");
        output.WriteLine($"      {Why(item)}");
        if (answer.WhyLeftOut(item) is { } left)
        {
            output.WriteLine(left.IsAcceptable
                ? $"      policy suggest leaves it out: {LeftOutWords.Name(left.Reason)}. Find out who sends it and why before you allow it"
                : $"      no permission is shown: {LeftOutWords.Of(left.Reason)}");
        }

        if (answer.FixOf(item) is { } fix)
        {
            output.WriteLine($"      this permission prevents it: \"workloads\": [{fix.Workload}], \"allow\": [{fix.Permission}]");
            foreach (var note in fix.Notes)
            {
                output.WriteLine($"      note: {PlainText.Of(note)}");
            }
        }
    }

    private static string Why(SimulationItem item) =>
        item.Cause is { } cause ? Why(cause)
        : item.Rule is { } rule ? $"{item.Reason!.Value.Name()}: {PlainText.Of(rule)}"
        : item.Reason == Reason.NoRule ? "no rule"
        : item.Reason!.Value.Name();

    private static string Why(NotJudged cause) => cause switch
    {
        NotJudged.Summary => "summaries, which do not describe single requests",
        NotJudged.Malformed => "malformed requests, which no policy decides",
        NotJudged.CallerUnknown => "the caller was not known",
        NotJudged.CallerAmbiguous => "the caller was ambiguous",
        NotJudged.CallerIsNode => "the node itself asked, which no policy decides",
        NotJudged.RateLimited => "refused because of the caller's rate",
        NotJudged.Failed => "IMDS or the audit log failed",
        NotJudged.NotReady => "the proxy had no policy yet",
        NotJudged.UnknownRecord => "records of a newer version",
        NotJudged.Cut => "the record is truncated, so parts of the request are unknown",
        NotJudged.Folded => "folded: a workload had more demands than are kept",
        NotJudged.ParametersUnknown => "the record does not name the unknown query keys",
        NotJudged.LabelsUnknown => "a rule selects by labels, and the log does not contain the labels of these pods",
        NotJudged.IdentityNeverSeen => "no record shows the identity with which IMDS would answer",
        _ => "the request was sent with a pinned identity, which this policy does not pin",
    };
}
