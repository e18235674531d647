using System.Collections.Immutable;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Writes a difference between policies for people.</summary>
internal static class DiffText
{
    public static void Write(DiffAnswer answer, TextWriter output)
    {
        output.WriteLine($"A  {answer.A.Path}  revision {answer.A.Revision}");
        output.WriteLine($"B  {answer.B.Path}  revision {answer.B.Revision}");
        output.WriteLine($"compared {AssumptionWords.Of(answer.All.Select(static entry => entry.Assumption))}");
        WriteAll(answer.Main.Comparison, "", output);
        foreach (var other in answer.Others)
        {
            WriteAll(other.Comparison, $" {AssumptionWords.Of(other.Assumption)}", output);
        }

        output.WriteLine();
        output.WriteLine(Conclusion(answer));
        if (answer.NoteOfModes is { } note)
        {
            output.WriteLine(note);
        }
    }

    /// <summary>What follows from the answer, in one line.</summary>
    public static string Conclusion(DiffAnswer answer) => answer switch
    {
        { Verdict: { IsComplete: false } verdict } => $"Not complete. {verdict.Message}",
        { Main.Comparison.HostNetworkDiffers: true } => "For pods that are not on hostNetwork, only what is listed differs. This is a proof, not a sample.",
        { IsDifferent: false } => "No difference: both policies decide every request of every pod alike. This is a proof, not a sample.",
        { GivesMore: false } => "B permits nothing that A does not. This is a proof, not a sample.",
        { GivesLess: false } => "B permits all that A does, and in addition only what is listed. This is a proof, not a sample.",
        _ => "All other requests of all pods are decided alike. This is a proof, not a sample.",
    };

    private static void WriteAll(Comparison comparison, string modes, TextWriter output)
    {
        WriteAll($"MORE{modes}", "B permits it", comparison.More, output);
        WriteAll($"LESS{modes}", "A permits it", comparison.Less, output);
        WriteAll($"QUIETER{modes}", "B denies it quietly", comparison.Quieter, output);
        WriteAll($"LOUDER{modes}", "A denies it quietly", comparison.Louder, output);
    }

    private static void WriteAll(string title, string what, ImmutableArray<Difference> differences, TextWriter output)
    {
        foreach (var difference in differences)
        {
            output.WriteLine();
            output.WriteLine($"{title}  {difference.Workloads}");
            output.WriteLine($"  {difference.Requests}");
            output.WriteLine($"  {What(what, difference)}");
            output.WriteLine("  for example");
            foreach (var line in WitnessText.Of(difference.Witness))
            {
                output.WriteLine($"    {line}");
            }
        }
    }

    private static string What(string what, Difference difference)
    {
        var verb = difference.Kind == DifferenceKind.Fields ? what.Replace("permits it", "shows these fields", StringComparison.Ordinal) : what;
        return difference.Rule is { } rule ? $"{verb} by rule {rule}" : $"{verb}, because nothing denies it in this mode";
    }
}
