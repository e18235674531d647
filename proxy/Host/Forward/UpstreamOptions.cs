namespace ImdsProxy.Forward;

/// <summary>Where IMDS is and how long it may take.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Scheme, address and port, without a path. IMDS is at a link-local address, the same on every Azure VM.</summary>
    public Uri Address { get; init; } = new("http://169.254.169.254");

    /// <summary>IMDS is on the same host: a connection that takes longer will not come.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tokens that IMDS has to fetch from the directory take seconds; SDKs give up after 30 at the latest between retries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The first call to scheduled events enables them, which takes up to 2 minutes (Microsoft's documentation).</summary>
    public TimeSpan ScheduledEventsTimeout { get; init; } = TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5);
}
