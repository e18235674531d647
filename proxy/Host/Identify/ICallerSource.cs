using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Maps addresses to callers. Lookups neither lock nor allocate.</summary>
internal interface ICallerSource
{
    /// <summary>Whether the source has been loaded completely once. Until then, every caller is unknown.</summary>
    bool IsReady { get; }

    /// <summary>The pods that are currently known.</summary>
    IReadOnlyCollection<KnownPod> Known { get; }

    /// <summary>Returns the caller at an address according to the current state.</summary>
    Caller Find(IPAddress address);

    /// <summary>
    /// Waits until the address is known, <paramref name="wait"/> has elapsed, or the source knows that no caller will get
    /// the address. Returns the caller known at that time.
    /// </summary>
    ValueTask<Caller> WaitAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation);

    /// <summary>Returns the pod with this UID, for a connection that came through the node's network. The UID is the one in the cgroup of its socket.</summary>
    Caller FindOnHost(string uid) => Caller.Unknown.InstanceOnHost;

    /// <summary>Waits until the pod with this UID is known or <paramref name="wait"/> has elapsed. Returns the caller known at that time.</summary>
    ValueTask<Caller> WaitOnHostAsync(string uid, TimeSpan wait, CancellationToken cancellation) => new(FindOnHost(uid));

    /// <summary>
    /// Checks the interface that a connection arrived on, once per connection, before the caller is used. Returns <see
    /// cref="Caller.Unknown"/> if the pod used a different interface before; <see cref="WaitAsync"/> then waits for an
    /// update about the pod.
    /// </summary>
    /// <param name="caller">The result of <see cref="Find"/>.</param>
    /// <param name="interfaceIndex">The interface's index; 0 if unknown.</param>
    Caller Confirm(Caller caller, int interfaceIndex) => caller;
}
