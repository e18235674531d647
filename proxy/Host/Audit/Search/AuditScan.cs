using System.Threading.Channels;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Searches units in parallel and delivers the results in the order of the units. Only a bounded number of results is
/// buffered.
/// </summary>
internal sealed class AuditScan
{
    // Each worker holds a buffer, and more workers would only wait for the disk.
    private const int MostWorkers = 4;

    private readonly AuditQuery _query;
    private readonly int _workers;
    private long _skipped;

    /// <param name="query">The query.</param>
    /// <param name="workers">The number of threads that read; by default one for each core.</param>
    public AuditScan(AuditQuery query, int? workers = null)
    {
        _query = query;
        _workers = workers ?? Math.Clamp(Environment.ProcessorCount, 1, MostWorkers);
    }

    /// <summary>The number of lines that were not valid records.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>Searches until all units are done or <paramref name="take"/> has enough.</summary>
    /// <param name="units">The units to search.</param>
    /// <param name="take">Receives a unit's index and a block of whole lines. Returning false ends the search.</param>
    /// <param name="cancellation">Cancels the search.</param>
    public async Task RunAsync(IReadOnlyList<ScanUnit> units, Func<int, ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = units.Select(_ => Channel.CreateBounded<LineBuffer>(2)).ToArray();
        using var ahead = new SemaphoreSlim(_workers * 2);
        var next = -1;
        var running = Enumerable.Range(0, _workers).Select(_ => SameScheduler.Run(() => WorkAsync(() => Interlocked.Increment(ref next), units, lanes, ahead, enough.Token))).ToArray();
        try
        {
            await TakeAsync(lanes, ahead, take, cancellation);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private static async Task TakeAsync(Channel<LineBuffer>[] lanes, SemaphoreSlim ahead, Func<int, ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        for (var unit = 0; unit < lanes.Length; unit++)
        {
            await foreach (var block in lanes[unit].Reader.ReadAllAsync(cancellation))
            {
                if (!await take(unit, block.WrittenMemory))
                {
                    return;
                }
            }

            ahead.Release();
        }
    }

    private async Task WorkAsync(Func<int> nextUnit, IReadOnlyList<ScanUnit> units, Channel<LineBuffer>[] lanes, SemaphoreSlim ahead, CancellationToken cancellation)
    {
        var scanner = new UnitScanner(_query);
        try
        {
            while (true)
            {
                await ahead.WaitAsync(cancellation);
                var unit = nextUnit();
                if (unit >= units.Count)
                {
                    return;
                }

                await ScanAsync(scanner, units[unit], lanes[unit].Writer, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The search found enough results.
        }
        finally
        {
            Interlocked.Add(ref _skipped, scanner.Skipped);
            ahead.Release();
        }
    }

    private static async Task ScanAsync(UnitScanner scanner, ScanUnit unit, ChannelWriter<LineBuffer> lane, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            foreach (var block in scanner.Scan(unit))
            {
                await lane.WriteAsync(block, cancellation);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Retention has deleted the segment.
        }
        catch (Exception e)
        {
            failure = e;
        }

        lane.TryComplete(failure);
    }
}
