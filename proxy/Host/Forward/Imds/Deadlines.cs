using System.Collections.Concurrent;

namespace ImdsProxy.Forward.Imds;

/// <summary>Deadlines of requests to IMDS. The timer of a deadline that did not expire is reused.</summary>
internal sealed class Deadlines(TimeProvider time)
{
    // About the number of requests in flight.
    private const int MaxKept = 64;

    private readonly ConcurrentQueue<CancellationTokenSource> _idle = [];

    /// <summary>Starts a deadline.</summary>
    /// <param name="length">The maximum duration of the request.</param>
    /// <param name="gone">Ends the deadline early, because no caller waits for the answer any more.</param>
    public Deadline Take(TimeSpan length, CancellationToken gone)
    {
        var source = _idle.TryDequeue(out var idle) ? idle : new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        source.CancelAfter(length);
        return new Deadline(this, source, gone);
    }

    private void Return(CancellationTokenSource source)
    {
        if (_idle.Count < MaxKept && source.TryReset())
        {
            _idle.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }

    /// <summary>The deadline of one request to IMDS. Disposing the object ends the deadline.</summary>
    internal readonly struct Deadline : IDisposable
    {
        private readonly Deadlines _all;
        private readonly CancellationTokenSource _source;
        private readonly CancellationTokenRegistration _gone;

        public Deadline(Deadlines all, CancellationTokenSource source, CancellationToken gone)
        {
            _all = all;
            _source = source;
            _gone = gone.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        }

        /// <summary>Cancelled when the time is up, or when no caller waits any more.</summary>
        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            // Waits for a cancellation in progress, so that it does not cancel the next request.
            _gone.Dispose();
            _all.Return(_source);
        }
    }
}
