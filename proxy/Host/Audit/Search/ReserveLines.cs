using System.Threading.Channels;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// The reserve's lines that a query wants, read beside those of the other chains, so that the two come in the order of time
/// however long their segments are.
/// </summary>
internal sealed class ReserveLines
{
    // Enough that the two scans seldom wait for each other.
    private const int Ahead = 256;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });

    /// <summary>Reads the lines; whoever tells them waits for it.</summary>
    public async Task ReadAsync(AuditScan scan, IReadOnlyList<ScanUnit> units, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await OrderedScan.RunAsync(
                scan, units, line => _lines.Writer.WriteAsync(line.ToArray(), cancellation), static () => Task.CompletedTask, static () => true, cancellation);
        }
        catch (Exception e)
        {
            // Told to whoever reads on; a search that has enough does not.
            failure = e;
        }

        _lines.Writer.TryComplete(failure);
    }

    /// <summary>Tells the lines that are not later than one of another chain.</summary>
    public async ValueTask TellUntilAsync(ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, ValueTask> tell)
    {
        while (await FirstAsync() is { } first && LineTime.Compare(first, line.Span) <= 0)
        {
            _lines.Reader.TryRead(out _);
            await tell(first);
        }
    }

    /// <summary>Tells all that are left.</summary>
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
