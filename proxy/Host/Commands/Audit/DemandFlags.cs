using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary>The log that a command about demands reads: its sources, filters and time range.</summary>
internal sealed class DemandFlags(AuditQueryFlags filters, SourceFlags sources)
{
    public DemandFlags()
        : this(new AuditQueryFlags(), new SourceFlags())
    {
    }

    public void AddTo(Command command)
    {
        filters.AddTo(command);
        sources.AddTo(command);
    }

    /// <summary>The source of the records.</summary>
    /// <exception cref="FormatException">No source is named, or more than one.</exception>
    public IAuditSource Source(ParseResult flags) => sources.Read(flags, filters.GivenPaths(flags));

    /// <summary>Reads the log.</summary>
    /// <param name="flags">The command line.</param>
    /// <param name="labelKeys">The labels that the policies name.</param>
    /// <param name="errors">Receives the progress and what could not be read.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="FormatException">Nothing can be answered from the log; the message says why and what to do.</exception>
    /// <exception cref="HttpRequestException">The proxy does not answer, or refuses.</exception>
    public Task<LogFindings> ReadAsync(ParseResult flags, ImmutableSortedSet<string> labelKeys, TextWriter errors, CancellationToken cancellation) =>
        LogInput.ReadAsync(Source(flags), new DemandRequest(filters.Question(flags, TimeProvider.System), labelKeys), errors, cancellation);
}
