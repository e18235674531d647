using System.Threading.Channels;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// The reserve's lines that match a query. They are read in parallel with the lines of the other chains, so that both can be
/// merged in time order, whatever the length of their segments.
/// </summary>
internal sealed class ReserveLines
{
    // Large enough that the two scans seldom wait for each other.
    private const int Ahead = 256;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });

    /// <summary>Reads the lines and makes them available to the other methods.</summary>
    public async Task ReadAsync(AuditScan scan, IReadOnlyList<ScanUnit> units, long mostWaitingBytes, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await OrderedScan.RunAsync(
                scan, units, line => _lines.Writer.WriteAsync(line.ToArray(), cancellation), static () => Task.CompletedTask, static () => true, mostWaitingBytes, cancellation);
        }
        catch (Exception e)
        {
            // The failure is rethrown to a search that reads on. A search that has enough lines does not need to know.
            failure = e;
        }

        _lines.Writer.TryComplete(failure);
    }

    /// <summary>Delivers the lines that are not later than a line of another chain.</summary>
    public async ValueTask TellUntilAsync(ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, ValueTask> tell)
    {
        while (await FirstAsync() is { } first && LineTime.Compare(first, line.Span) <= 0)
        {
            _lines.Reader.TryRead(out _);
            await tell(first);
        }
    }

    /// <summary>Delivers all remaining lines.</summary>
    public async ValueTask TellAllAsync(Func<ReadOnlyMemory<byte>, ValueTask> tell, Func<bool> isMoreWanted)
    {
        while (isMoreWanted() && await FirstAsync() is { } first)
        {
            _lines.Reader.TryRead(out _);
            await tell(first);
        }
    }

    private async ValueTask<byte[]?> FirstAsync()
    {
        while (true)
        {
            if (_lines.Reader.TryPeek(out var first))
            {
                return first;
            }

            if (!await _lines.Reader.WaitToReadAsync())
            {
                return null;
            }
        }
    }
}
