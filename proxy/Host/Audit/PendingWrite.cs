using System.Threading.Tasks.Sources;

namespace ImdsProxy.Audit;

/// <summary>A caller that waits until its record is written. Used again and again, so that waiting allocates nothing.</summary>
internal sealed class PendingWrite : IValueTaskSource<bool>
{
    private readonly Action<PendingWrite> _done;

    // Asynchronous, so that whoever writes the batch does not run its waiters' requests.
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    public PendingWrite(Action<PendingWrite> done) => _done = done;

    public ValueTask<bool> Task => new(this, _source.Version);

    public void Complete(bool written) => _source.SetResult(written);

    public bool GetResult(short token)
    {
        var written = _source.GetResult(token);
        _source.Reset();
        _done(this);
        return written;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
