namespace ImdsProxy.Forward.Limits;

/// <summary>A request's place among those that wait to be sent, and its leave to be sent once its turn has come.</summary>
internal sealed class Turn(Lane lane) : IDisposable
{
    private readonly TaskCompletionSource<bool> _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lane Lane => lane;

    /// <summary>True once it may be sent; false where its turn did not come in time. Then it must not be.</summary>
    /// <param name="gone">Who wanted it went away.</param>
    public async ValueTask<bool> WaitAsync(CancellationToken gone)
    {
#pragma warning disable VSTHRD003 // A TaskCompletionSource with asynchronous continuations: there is no context to deadlock with.
        return await _granted.Task.WaitAsync(gone);
#pragma warning restore VSTHRD003
    }

    /// <summary>Until when it waits. Belongs to the lane.</summary>
    public long Until { get; set; }

    /// <summary>Where it stands. Belongs to the lane.</summary>
    public TurnState State { get; set; }

    /// <summary>The request is over, or is not wanted any more.</summary>
    public void Dispose() => lane.End(this);

    /// <summary>Tells who waits. Belongs to the lane.</summary>
    public void Settle(bool granted) => _granted.TrySetResult(granted);
}
