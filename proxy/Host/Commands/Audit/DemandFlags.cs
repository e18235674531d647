using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary>The log that a command about demands reads: its sources, filters and time range.</summary>
internal sealed class DemandFlags
{
    private readonly AuditQueryFlags _filters;
    private readonly ManagementFlags _management;

    public DemandFlags()
        : this(new AuditQueryFlags(), new ManagementFlags("Read the log of a running proxy instead of files: IP:PORT or unix:PATH"))
    {
    }

    /// <summary>The flags of a command that has them already.</summary>
    public DemandFlags(AuditQueryFlags filters, ManagementFlags management)
    {
        _filters = filters;
        _management = management;
    }

    public void AddTo(Command command)
    {
        _filters.AddTo(command);
        _management.AddTo(command);
    }

    /// <summary>The directories and files that were given.</summary>
    public IReadOnlyList<string> Paths(ParseResult flags) => _filters.Source(flags).Paths;

    /// <summary>The sources as a command line names them.</summary>
    public ImmutableArray<string> From(ParseResult flags) =>
        flags.Tokens.Select(static token => token.Value).SkipWhile(static value => value != "--management").Skip(1).FirstOrDefault() is { } address
            ? [$"--management {address}"]
            : [.. Paths(flags)];

    /// <summary>Reads the log.</summary>
    /// <param name="flags">The command line.</param>
    /// <param name="labelKeys">The labels that the policies name.</param>
    /// <param name="errors">Receives the progress and what could not be read.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="FormatException">Nothing can be answered from the log; the message says why and what to do.</exception>
    /// <exception cref="HttpRequestException">The proxy does not answer, or refuses.</exception>
    public Task<LogFindings> ReadAsync(ParseResult flags, ImmutableSortedSet<string> labelKeys, TextWriter errors, CancellationToken cancellation)
    {
        var source = _management.Read(flags) is { } remote ? OfProxy(remote, flags, cancellation) : LogInput.Sources(Paths(flags), cancellation);
        return LogInput.ReadAsync(source, _filters.QueryOfAllTimes(flags), _filters.Query(flags, TimeProvider.System), labelKeys, errors);
    }

    // The filters are applied here, because events and the first request of each demand count whatever the filters.
    private LogInput.LogSource OfProxy(ManagementClient remote, ParseResult flags, CancellationToken cancellation) => _filters.GivenPaths(flags).FirstOrDefault() is { } path
        ? throw new FormatException($"'{path}': a path can't be combined with --management; give one of the two")
        : new LogInput.LogSource(
            reduction => reduction.RunAsync(take => new AuditManagementClient(remote).EachAsync("/audit/search", take, static () => Task.CompletedTask, cancellation)),
            HasWholeChains: true);
}
