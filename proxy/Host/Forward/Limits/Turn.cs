using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Limits;

/// <summary>A request's place in the queue, and its permission to be sent once granted.</summary>
internal sealed class Turn(Lane lane) : IDisposable
{
    private readonly TaskCompletionSource<bool> _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns true when the request may be sent. Returns false if its turn did not come in time, so it must not be sent.</summary>
    /// <param name="gone">Cancelled when the client disconnects.</param>
    public async ValueTask<bool> WaitAsync(CancellationToken gone)
    {
#pragma warning disable VSTHRD003 // Continuations of this TaskCompletionSource run asynchronously, so awaiting it cannot deadlock.
        return await _granted.Task.WaitAsync(gone);
#pragma warning restore VSTHRD003
    }

    /// <summary>The timestamp at which the wait expires. Only the lane uses it.</summary>
    public long Until { get; set; }

    /// <summary>The turn's state. Only the lane uses it.</summary>
    public TurnState State { get; set; }

    /// <inheritdoc cref="Lane.JoinToo"/>
    public void JoinToo(CallerKey caller) => lane.JoinToo(this, caller);

    /// <inheritdoc cref="Lane.Heard"/>
    public void Heard(int? status, TimeSpan? retryAfter) => lane.Heard(status, retryAfter);

    /// <summary>Ends the turn because the request is complete or no longer wanted.</summary>
    public void Dispose() => lane.End(this);

    /// <summary>Completes the wait. Only the lane calls it.</summary>
    public void Settle(bool granted) => _granted.TrySetResult(granted);
}
