using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary>Tells what an answer lacks, for all commands that search or count.</summary>
internal static class SourceReport
{
    /// <summary>Writes what is missing as the last line of a JSON answer, if the source has parts that may be missing.</summary>
    public static void WriteTrailer(SourceEnd end, TextWriter output)
    {
        if (end.Asked is { } asked)
        {
            output.WriteLine(TrailerLine.Of(asked, end.Skipped, end.Unanswered));
        }
    }

    /// <summary>Reports what is missing, and tells the exit code.</summary>
    public static async Task<int> EndAsync(SourceEnd end, TextWriter errors)
    {
        if (end.Skipped > 0)
        {
            await errors.WriteLineAsync($"imds-proxy: skipped {end.Skipped} lines that are not records");
        }

        foreach (var missing in end.Unanswered)
        {
            await errors.WriteLineAsync($"imds-proxy: {AuditColumn.Printable(missing.Path)} did not answer: {AuditColumn.Printable(missing.Message)}");
        }

        if (end.Asked is { } asked && !end.Unanswered.IsEmpty)
        {
            await errors.WriteLineAsync($"imds-proxy: the answer is partial: {end.Unanswered.Length} of {asked} did not answer");
        }

        return !end.Unanswered.IsEmpty ? ExitCode.Partial
            : end.Found > 0 ? ExitCode.Good
            : ExitCode.Failed;
    }
}
