using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Audit.Reduce;

/// <summary>Reduces a log to what it demands: all of its units in parallel, with a reducer for each core. The result does not depend on their order.</summary>
internal sealed class LogReduction
{
    // Each reducer takes some ten megabytes, and a node's program must not take them for each of many cores.
    private const int MostWorkers = 8;

    private static readonly AuditQuery Everything = new AuditQueryBuilder().Build();

    private readonly ReduceOptions _options;
    private readonly int _workers;
    private readonly ReadBytes _read;

    /// <param name="options">The requests to count.</param>
    /// <param name="workers">The number of threads; by default one for each core.</param>
    /// <param name="read">Counts the decompressed bytes that were read.</param>
    public LogReduction(ReduceOptions options, int? workers = null, ReadBytes? read = null)
    {
        _options = options;
        _workers = workers ?? Math.Clamp(Environment.ProcessorCount, 1, MostWorkers);
        _read = read ?? new ReadBytes();
    }

    /// <summary>Reads directories, files, or stdin.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<LogFindings> RunAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var (reducer, reduced) = await ReduceAsync(paths, cancellation);
        var table = TableOf(reducer);
        return new LogFindings(table, reduced.Unread, table.Skipped + reduced.Torn, reduced.Clusters);
    }

    /// <summary>Reads directories, files, or stdin into one reducer.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<(DemandReducer Reducer, ReducedUnits Units)> ReduceAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        List<UnreadSource> unread = [];
        var units = paths.Distinct(StringComparer.Ordinal).SelectMany(path => UnitsOf(path, unread)).DistinctBy(static unit => (unit.Path, unit.Start)).ToList();
        var workers = DemandReducer.ForThreads(_options, Math.Clamp(units.Count, 1, _workers)).Select(reducer => new UnitReducer(reducer, bytes => _read.Add(bytes))).ToList();
        var next = -1;
        await Task.WhenAll(workers.Select(worker => SameScheduler.Run(() =>
        {
            while (Interlocked.Increment(ref next) is var unit && unit < units.Count)
            {
                worker.Reduce(units[unit], cancellation);
            }

            return Task.CompletedTask;
        })));
        return (DemandReducer.Merged([.. workers.Select(static worker => worker.Demands)]), ReducedUnits.Of(workers, unread));
    }

    /// <summary>Reads lines that someone else delivers, one after the other.</summary>
    /// <param name="deliver">Delivers each line, without its line feed.</param>
    public async Task<LogFindings> RunAsync(Func<Func<ReadOnlyMemory<byte>, ValueTask>, Task> deliver)
    {
        var worker = new UnitReducer(new DemandReducer(_options), static _ => { });
        await deliver(line =>
        {
            worker.Add(line.Span);
            _read.Add(line.Length);
            return ValueTask.CompletedTask;
        });
        var (table, units) = (TableOf(worker.Demands), ReducedUnits.Of([worker], []));
        return new LogFindings(table, units.Unread, table.Skipped + units.Torn, units.Clusters);
    }

    // The table needs about as much memory as the rows, and the process is largest while both exist. So it gives up the garbage of reading first.
    private static DemandTable TableOf(DemandReducer reducer)
    {
        var merged = DemandReducer.Merged([reducer]);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return DemandReducer.Finish([merged]);
    }

    // The whole log is read, whatever the time range, because the first request of each demand counts.
    private static List<ScanUnit> UnitsOf(string path, List<UnreadSource> unread)
    {
        if (path != SearchSource.Stdin && !Path.Exists(path))
        {
            unread.Add(new UnreadSource(path, "there is no such file or directory: check the path"));
            return [];
        }

        try
        {
            var units = new SearchSource([path]).Units(Everything);
            if (units.Count == 0)
            {
                unread.Add(new UnreadSource(path, Directory.Exists(path) ? "the directory holds no segment of an audit log" : "the file is empty"));
            }

            return [.. units.Select(static unit => unit.Path is { } file ? unit with { Path = Path.GetFullPath(file) } : unit)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unread.Add(UnreadSource.Of(path, e));
            return [];
        }
    }
}
