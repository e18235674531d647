using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Tells which pod an address belongs to. Lookups take no lock and allocate nothing.</summary>
internal interface ICallerSource
{
    /// <summary>Whether the source has had its first full answer; before it, nobody is known.</summary>
    bool IsReady { get; }

    /// <summary>The pods known now.</summary>
    IReadOnlyCollection<KnownPod> Known { get; }

    /// <summary>The caller at an address, as far as is known this moment.</summary>
    Caller Find(IPAddress address);

    /// <summary>
    /// Waits until the address is known, <paramref name="wait"/> has passed or the source knows that nobody will
    /// have it, whichever comes first, and tells what is known then.
    /// </summary>
    ValueTask<Caller> WaitAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation);

    /// <summary>
    /// Weighs the interface a connection came in by, once per connection, before its caller is used. Tells
    /// <see cref="Caller.Unknown"/> where the pod came in by another one before; <see cref="WaitAsync"/> then waits
    /// for news of it.
    /// </summary>
    /// <param name="caller">What <see cref="Find"/> told.</param>
    /// <param name="interfaceIndex">The interface's index; 0 where it is not known.</param>
    Caller Confirm(Caller caller, int interfaceIndex) => caller;
}
