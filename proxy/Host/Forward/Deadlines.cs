using System.Collections.Concurrent;

namespace ImdsProxy.Forward;

/// <summary>How long requests to IMDS may take. What a deadline is made of is used again, as long as it never came.</summary>
internal sealed class Deadlines(TimeProvider time)
{
    // As many as requests are sent at a time.
    private const int MostKept = 64;

    private readonly ConcurrentQueue<CancellationTokenSource> _idle = [];

    /// <summary>Begins to count.</summary>
    /// <param name="length">How long it may take.</param>
    /// <param name="gone">Ends it before.</param>
    public Deadline Take(TimeSpan length, CancellationToken gone)
    {
        var source = _idle.TryDequeue(out var idle) ? idle : new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        source.CancelAfter(length);
        return new Deadline(this, source, gone);
    }

    internal void GiveBack(CancellationTokenSource source)
    {
        if (_idle.Count < MostKept && source.TryReset())
        {
            _idle.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
