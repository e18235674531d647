using System.Net;
using System.Threading.Channels;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>The addresses that requests wait for. All requests of one address share one wait.</summary>
internal sealed class AwaitedAddresses
{
    // Each has a connection of its own behind it; beyond this the watch alone is waited for.
    private const int MostAsked = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Wait> _waits = [];

    // The drop is what full means here: nobody is told a falsehood by it, the watch still counts.
    private readonly Channel<IPAddress> _asked = Channel.CreateBounded<IPAddress>(
        new BoundedChannelOptions(MostAsked) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Addresses somebody began to wait for, in that order.</summary>
    public ChannelReader<IPAddress> Asked => _asked.Reader;

    /// <summary>Begins to wait.</summary>
    /// <returns>Ends when the address is known. To be given back with <see cref="Leave"/>.</returns>
#pragma warning disable VSTHRD003 // A TaskCompletionSource with asynchronous continuations: there is no context to deadlock with.
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

    /// <summary>Ends a wait, whether it was successful or not.</summary>
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

    /// <summary>Tells all who wait for this address.</summary>
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

    /// <summary>Whether somebody still waits for this address.</summary>
    public bool IsAwaited(IPAddress address)
    {
        lock (_gate)
        {
            return _waits.ContainsKey(AddressKey.Of(address));
        }
    }

    /// <summary>Puts an address at the end of the line.</summary>
    public void AskFor(IPAddress address) => _asked.Writer.TryWrite(address);

    private sealed class Wait
    {
        public TaskCompletionSource<Caller> Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting { get; set; }
    }
}
