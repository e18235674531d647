using System.Collections.Immutable;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Writes a difference between policies as a comment for a pull request.</summary>
internal static class DiffMarkdown
{
    public static void Write(DiffAnswer answer, TextWriter output)
    {
        output.WriteLine("### What this change of the IMDS policy permits");
        output.WriteLine();
        output.WriteLine($"{DiffText.Conclusion(answer)} Compared {AssumptionWords.Of(answer.All.Select(static entry => entry.Assumption))}: revision `{answer.A.Revision}` with `{answer.B.Revision}`.");
        WriteAll(answer.Main.Comparison, "", output);
        foreach (var other in answer.Others)
        {
            WriteAll(other.Comparison, $" {AssumptionWords.Of(other.Assumption)}", output);
        }

        if (answer.NoteOfModes is { } note)
        {
            output.WriteLine();
            output.WriteLine(note);
        }
    }

    private static void WriteAll(Comparison comparison, string modes, TextWriter output)
    {
        WriteAll($"More access{modes}", comparison.More, output);
        WriteAll($"Less access{modes}", comparison.Less, output);
        WriteAll($"Denied quietly from now on{modes}", comparison.Quieter, output);
        WriteAll($"No longer denied quietly{modes}", comparison.Louder, output);
    }

    private static void WriteAll(string title, ImmutableArray<Difference> differences, TextWriter output)
    {
        if (differences.IsEmpty)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"#### {title}");
        output.WriteLine("| workloads | requests | rule | for example |");
        output.WriteLine("|---|---|---|---|");
        foreach (var difference in differences)
        {
            var example = string.Join("<br>", WitnessText.Of(difference.Witness).Select(Code));
            output.WriteLine($"| {Cell(difference.Workloads)} | {Cell(difference.Requests)} | {(difference.Rule is null ? "" : Code(difference.Rule))} | {example} |");
        }
    }

    // Names come from policies, which anyone with a pull request can write.
    private static string Cell(string text) => string.Concat(text.Select(static c => c is '|' or '*' or '_' or '<' or '>' or '[' or ']' or '`' or '\\' or '~' ? $"\\{c}" : c.ToString()));

    private static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";
}
