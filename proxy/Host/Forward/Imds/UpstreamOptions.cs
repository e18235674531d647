namespace ImdsProxy.Forward.Imds;

/// <summary>The address of IMDS and the timeouts.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Scheme, address and port, without a path. IMDS has the same link-local address on every Azure VM.</summary>
    public Uri Address { get; init; } = new("http://169.254.169.254");

    /// <summary>The timeout for a connection attempt. IMDS is on the same host, so a slower connection would never succeed.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The timeout for an answer. Tokens that IMDS fetches from the directory take seconds; SDKs give up after at most 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The timeout for scheduled events. The first call enables them, which takes up to 2 minutes (Microsoft's documentation).</summary>
    public TimeSpan ScheduledEventsTimeout { get; init; } = TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5);
}
