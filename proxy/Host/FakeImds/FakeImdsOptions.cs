using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.FakeImds;

/// <summary>How the fake behaves.</summary>
internal sealed record FakeImdsOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where it tells what it was asked, or null for nowhere.</summary>
    public IPEndPoint? Control { get; init; }

    /// <summary>The identities of the VM, at least one; the first answers requests without a selector.</summary>
    public ImmutableArray<FakeIdentity> Identities { get; init; } = FakeVm.DefaultIdentities;

    /// <summary>Whether a request without a selector is refused where there are several identities, as IMDS does without a system-assigned one.</summary>
    public bool DemandsSelector { get; init; }

    /// <summary>Whether IMDS's own limits hold.</summary>
    public bool RateLimited { get; init; }

    /// <summary>How long each answer takes.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many requests are remembered, the newest; 0 for none. The default is what a load test of some seconds asks.</summary>
    public int RememberedRequests { get; init; } = 100_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
