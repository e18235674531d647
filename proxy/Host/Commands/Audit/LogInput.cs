using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Commands.Audit;

/// <summary>Reads a log to what it demands, for all commands alike.</summary>
internal static class LogInput
{
    private static readonly AuditQuery Everything = new AuditQueryBuilder().Build();

    /// <summary>The directories and files of a flag, or those of the environment.</summary>
    public static IReadOnlyList<string> Paths(string[]? given) =>
        given is { Length: > 0 } ? given
        : Environment.GetEnvironmentVariable(Flag.Variable("--audit-dir")) is { Length: > 0 } directory ? [directory]
        : [];

    /// <summary>Reads all of a log.</summary>
    /// <exception cref="FormatException">Nothing can be answered from the log; the message says why and what to do.</exception>
    public static Task<LogFindings> ReadAsync(IReadOnlyList<string> paths, ImmutableSortedSet<string> labelKeys, TextWriter errors, CancellationToken cancellation) =>
        ReadAsync(Sources(paths, cancellation), Everything, Everything, labelKeys, errors);

    /// <summary>Reads the part of a log that a query selects.</summary>
    /// <param name="source">Reads the log into a reduction.</param>
    /// <param name="filter">The filters without a time range.</param>
    /// <param name="range">A query with the time range.</param>
    /// <param name="labelKeys">The labels that the policies name.</param>
    /// <param name="errors">Receives the progress.</param>
    /// <exception cref="FormatException">Nothing can be answered from the log; the message says why and what to do.</exception>
    public static async Task<LogFindings> ReadAsync(LogSource source, AuditQuery filter, AuditQuery range, ImmutableSortedSet<string> labelKeys, TextWriter errors)
    {
        var reduction = new LogReduction(new ReduceOptions
        {
            Since = range.Since,
            Until = range.Until,
            Filter = filter.SelectsAll ? null : filter,
            LabelKeys = labelKeys,
            SeesWholeChains = source.HasWholeChains,
        });
        var findings = await ReadingProgress.ShowAsync(source.ReadAsync, reduction, errors, TimeProvider.System);
        CheckGiven(findings, source.Paths);
        LogProblems.Check(findings, range, !filter.SelectsAll);
        return findings;
    }

    /// <summary>Directories, files, or stdin. A stream may be what a search has found, so it need not have whole chains.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static LogSource Sources(IReadOnlyList<string> paths, CancellationToken cancellation) => paths.Count > 0
        ? new LogSource(reduction => reduction.RunAsync(paths, cancellation), !paths.Contains(SearchSource.Stdin, StringComparer.Ordinal)) { Paths = paths }
        : throw new FormatException("nothing to read: name a directory of segments, files, or - for stdin; for example: /var/log/imds-proxy");

    // A wrong file among the logs is a mistake in the command line, not a damaged log.
    private static void CheckGiven(LogFindings findings, IReadOnlyList<string> paths)
    {
        var given = findings.NotRecords == 0 ? null : paths.FirstOrDefault(static path => GivenFile.KindOf(path) is GivenFile.Kind.Policy or GivenFile.Kind.Tests);
        if (given is not null)
        {
            throw new FormatException($"'{given}' holds {(GivenFile.KindOf(given) == GivenFile.Kind.Policy ? "a policy" : "tests of a policy")}, not an audit log: write the log in its place; --help shows the order");
        }
    }

    /// <summary>Where a log is read from.</summary>
    /// <param name="ReadAsync">Reads it into a reduction.</param>
    /// <param name="HasWholeChains">Whether all lines of each chain are read.</param>
    internal sealed record LogSource(Func<LogReduction, Task<LogFindings>> ReadAsync, bool HasWholeChains)
    {
        /// <summary>The directories and files; empty if the log comes from elsewhere.</summary>
        public IReadOnlyList<string> Paths { get; init; } = [];
    }
}
