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
}
