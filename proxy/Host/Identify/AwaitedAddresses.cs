using System.Net;
using System.Threading.Channels;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>The addresses that requests are waiting for. All requests from one address share a wait.</summary>
internal sealed class AwaitedAddresses
{
    // Every queued address belongs to a waiting connection. When the queue is full, only the watch resolves further addresses.
    private const int MaxAsked = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Wait> _waits = [];

    // Dropping an address is safe: no request gets a wrong answer, because the watch still resolves it.
    private readonly Channel<IPAddress> _asked = Channel.CreateBounded<IPAddress>(
        new BoundedChannelOptions(MaxAsked) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Addresses that requests have started to wait for, in order.</summary>
    public ChannelReader<IPAddress> Asked => _asked.Reader;

    /// <summary>Starts to wait for an address.</summary>
    /// <returns>A task that completes when the address is known. The caller must end the wait with <see cref="Leave"/>.</returns>
#pragma warning disable VSTHRD003 // Continuations of this TaskCompletionSource run asynchronously, so awaiting it cannot deadlock.
    public Task<Caller> Join(IPAddress address)
    {
        lock (_gate)
        {
            var key = AddressKey.Of(address);
            if (!_waits.TryGetValue(key, out var wait))
            {
                _waits[key] = wait = new Wait();
                AskFor(address);
            }

            wait.Waiting++;
            return wait.Known.Task;
        }
    }
#pragma warning restore VSTHRD003

    /// <summary>Ends a wait, whether or not it succeeded.</summary>
    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            var key = AddressKey.Of(address);
            if (_waits.TryGetValue(key, out var wait) && --wait.Waiting == 0)
            {
                _waits.Remove(key);
            }
        }
    }

    /// <summary>Completes all waits for this address.</summary>
    public void Release(UInt128 key, Caller caller)
    {
        lock (_gate)
        {
            if (_waits.Remove(key, out var wait))
            {
                wait.Known.TrySetResult(caller);
            }
        }
    }

    /// <summary>Whether any request still waits for this address.</summary>
    public bool IsAwaited(IPAddress address)
    {
        lock (_gate)
        {
            return _waits.ContainsKey(AddressKey.Of(address));
        }
    }

    /// <summary>Adds an address to the end of the queue.</summary>
    public void AskFor(IPAddress address) => _asked.Writer.TryWrite(address);

    private sealed class Wait
    {
        public TaskCompletionSource<Caller> Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting { get; set; }
    }
}
