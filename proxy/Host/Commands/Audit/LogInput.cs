using ImdsProxy.Audit.Reduce;
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
        var read = new ReadBytes();
        var findings = await ReadingProgress.ShowAsync(source.ReduceAsync(request, read, cancellation), read, errors, TimeProvider.System);
        LogProblems.Check(findings, request.Question);
        return findings;
    }
}
