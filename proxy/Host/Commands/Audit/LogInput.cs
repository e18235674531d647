using ImdsProxy.Audit.Reduce;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary>Reads a log to what it demands, for all commands alike.</summary>
internal static class LogInput
{
    /// <summary>Reads the part of a log that a request selects.</summary>
    /// <param name="source">Where the records come from.</param>
    /// <param name="request">The demands of interest.</param>
    /// <param name="errors">Receives the progress.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="FormatException">Nothing can be answered from the log; the message says why and what to do.</exception>
    public static async Task<LogFindings> ReadAsync(IAuditSource source, DemandRequest request, TextWriter errors, CancellationToken cancellation)
    {
        var findings = await ReadingProgress.ShowAsync(read => source.ReduceAsync(request, read, cancellation), errors, TimeProvider.System);
        CheckGiven(findings, source);
        LogProblems.Check(findings, request.Question);
        return findings;
    }

    // A wrong file among the logs is a mistake in the command line, not a damaged log.
    private static void CheckGiven(LogFindings findings, IAuditSource source)
    {
        var given = findings.NotRecords == 0 ? null : source.Names.FirstOrDefault(static path => GivenFile.KindOf(path) is GivenFile.Kind.Policy or GivenFile.Kind.Tests);
        if (given is not null)
        {
            throw new FormatException($"'{given}' holds {(GivenFile.KindOf(given) == GivenFile.Kind.Policy ? "a policy" : "tests of a policy")}, not an audit log: write the log in its place; --help shows the order");
        }
    }
}
