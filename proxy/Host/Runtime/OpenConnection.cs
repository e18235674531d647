using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Runtime;

/// <summary>One accepted connection, with the state that its listener's limits depend on.</summary>
/// <param name="connection">The connection in the transport.</param>
/// <param name="caller">The caller that the connection counts for.</param>
/// <param name="accepted">When it was accepted, as a timestamp of the clock in use.</param>
internal sealed class OpenConnection(ConnectionContext connection, CallerKey caller, long accepted)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastUsed = accepted;
    private volatile bool _isBusy;

    public CallerKey Caller { get; } = caller;

    /// <summary>The use of its caller. Only <see cref="OpenConnections"/> sets it.</summary>
    public AddressUse? Use { get; set; }

    /// <summary>Whether no request is in flight on the connection.</summary>
    public bool IsIdle => !_isBusy;

    /// <summary>When the latest request began; before the first request, when the connection was accepted.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

#pragma warning disable VSTHRD003 // A TaskCompletionSource with asynchronous continuations: there is no context to deadlock with.
    /// <summary>Waits until neither the server nor the kernel holds data for the connection. Returns false if the time limit expires first.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan patience, TimeProvider time)
    {
        try
        {
            await _over.Task.WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
#pragma warning restore VSTHRD003

    public void RequestBegins(long now)
    {
        Volatile.Write(ref _lastUsed, now);
        _isBusy = true;
    }

    public void RequestEnds() => _isBusy = false;

    /// <summary>Marks the connection as ended. Only <see cref="OpenConnections"/> calls it.</summary>
    public void End() => _over.TrySetResult();

    /// <summary>Resets the connection, so that neither the server nor the kernel keeps anything for the client.</summary>
    public void Abort(string why) => connection.Abort(new ConnectionAbortedException(why));
}
