using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Writes the answers of <c>who-can</c> and <c>what-can</c> as text.</summary>
internal static class AccessText
{
    public static void Write(AccessQuestion question, Holders holders, TextWriter output)
    {
        WriteHead(question, output);
        foreach (var holder in holders.Answers)
        {
            WriteAnswer(holder.Workloads, null, holder.Rule, holder.Witness, output);
        }

        WriteEnd(question, holders.Verdict, holders.Answers.IsEmpty ? "Nobody" : "Nobody else", output);
    }

    public static void Write(AccessQuestion question, Grants grants, TextWriter output)
    {
        WriteHead(question, output);
        foreach (var grant in grants.Answers)
        {
            WriteAnswer(grant.Workloads, grant.Requests, grant.Rule, grant.Witness, output);
        }

        WriteEnd(question, grants.Verdict, grants.Answers.IsEmpty ? "Nothing" : "Nothing else", output);
    }

    private static void WriteHead(AccessQuestion question, TextWriter output)
    {
        output.WriteLine(question.Text);
        output.WriteLine($"by {question.Policy.Path}, revision {question.Policy.Revision}, {AssumptionWords.Of(question.Assumption)}{AssumptionWords.Scope(question.Assumption)}");
    }

    private static void WriteAnswer(string workloads, string? requests, string? rule, Witness witness, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{workloads}");
        if (requests is not null)
        {
            output.WriteLine($"  {requests}");
        }

        output.WriteLine(rule is null ? "  because nothing denies it in this mode" : $"  by rule {rule}");
        output.WriteLine("  for example");
        foreach (var line in WitnessText.Of(witness))
        {
            output.WriteLine($"    {line}");
        }
    }

    private static void WriteEnd(AccessQuestion question, ProofVerdict verdict, string nothingMore, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(verdict.IsComplete ? $"{nothingMore}. This is a proof, not a sample." : $"Not complete. {verdict.Message}");
        if (question.IsStricterThanWritten)
        {
            output.WriteLine("The policy does not enforce every rule yet. Run it with --as-written for the answer with its modes.");
        }
    }
}
