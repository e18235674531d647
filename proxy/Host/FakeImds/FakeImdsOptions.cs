using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.FakeImds;

/// <summary>Settings of the fake IMDS.</summary>
internal sealed record FakeImdsOptions
{
    /// <summary>The address to listen on; port 0 selects a free port.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The address of the control endpoint, or null to disable it.</summary>
    public IPEndPoint? Control { get; init; }

    /// <summary>The VM's identities. At least one identity is required. The first identity answers requests without a selector.</summary>
    public ImmutableArray<FakeIdentity> Identities { get; init; } = FakeVm.DefaultIdentities;

    /// <summary>
    /// Whether a request without a selector is rejected when there are several identities, as IMDS does on a VM without a
    /// system-assigned identity.
    /// </summary>
    public bool DemandsSelector { get; init; }

    /// <summary>Whether IMDS's rate and concurrency limits apply.</summary>
    public bool RateLimited { get; init; }

    /// <summary>The delay before each response.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The number of most recent requests to keep; 0 keeps none. The default covers a load test of a few seconds.</summary>
    public int RememberedRequests { get; init; } = 100_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
