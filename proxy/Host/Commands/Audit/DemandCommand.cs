using ImdsProxy.Audit.Reduce;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Audit;

/// <summary>What the commands about demands have in common: their errors and exit codes.</summary>
internal static class DemandCommand
{
    /// <summary>Runs a command; a wrong input is reported in one line, with the exit code of wrong usage.</summary>
    /// <param name="name">The command's name, with which messages begin.</param>
    /// <param name="run">The command.</param>
    /// <param name="errors">Receives messages.</param>
    public static async Task<int> GuardAsync(string name, Func<Task<int>> run, TextWriter errors)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or HttpRequestException)
        {
            await errors.WriteLineAsync($"imds-proxy: {name}: {e.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>
    /// Reports the parts of the log that an answer lacks, and tells the exit code. The code for an incomplete answer takes precedence over
    /// the code for findings.
    /// </summary>
    public static async Task<int> EndAsync(string name, LogFindings findings, bool isFound, TextWriter errors)
    {
        foreach (var missing in CoverageText.Missing(LogProblems.BasisOf(findings)))
        {
            await errors.WriteLineAsync($"imds-proxy: {name}: the answer is partial. {missing}");
        }

        return findings.IsPartial ? ExitCode.Partial
            : isFound ? ExitCode.Failed
            : ExitCode.Good;
    }
}
