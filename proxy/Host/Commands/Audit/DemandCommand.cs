using ImdsProxy.Audit.Reduce;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Audit;

/// <summary>What the commands about demands have in common: their exit codes.</summary>
internal static class DemandCommand
{
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
