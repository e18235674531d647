using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;

namespace ImdsProxy.Sources;

/// <summary>
/// Where records come from. All commands ask every source in the same way. A source that can't do what a request asks refuses it
/// with a <see cref="FormatException"/>, whose message says what to do instead.
/// </summary>
internal interface IAuditSource
{
    /// <summary>The source as a command line names it: paths, or a flag with its value.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>Whether the records are read from stdin, so that nothing else can be.</summary>
    bool ReadsStdin => false;

    /// <summary>Delivers matching lines in time order.</summary>
    /// <param name="request">The lines to find.</param>
    /// <param name="take">Receives each line, without its line feed.</param>
    /// <param name="flush">Is called when the lines so far can be shown.</param>
    /// <param name="cancellation">Ends the search, and a search that follows the log.</param>
    /// <exception cref="FormatException">The source can't do that.</exception>
    /// <exception cref="IOException">Nothing can be read.</exception>
    /// <exception cref="HttpRequestException">A server does not answer, or refuses.</exception>
    Task<SourceEnd> SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation);

    /// <summary>Counts matching lines in groups.</summary>
    /// <inheritdoc cref="SearchAsync" path="/exception" />
    Task<StatsAnswer> CountAsync(StatsRequest request, CancellationToken cancellation);

    /// <summary>Reduces records to demands.</summary>
    /// <param name="request">The demands of interest.</param>
    /// <param name="read">Counts the bytes read so far.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <inheritdoc cref="SearchAsync" path="/exception" />
    Task<LogFindings> ReduceAsync(DemandRequest request, ReadBytes read, CancellationToken cancellation);
}
