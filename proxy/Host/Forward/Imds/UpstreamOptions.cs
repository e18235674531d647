namespace ImdsProxy.Forward.Imds;

/// <summary>Where IMDS is, and how long it may take.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Scheme, address and port, without a path. IMDS is at a link-local address, the same on every Azure VM.</summary>
    public Uri Address { get; init; } = new("http://169.254.169.254");

    /// <summary>How long a connection may take. IMDS is on the same host, so a slower connection would never succeed.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer may take. Tokens that IMDS fetches from the directory take seconds; SDKs give up after at most 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long scheduled events may take. The first call enables them, which takes up to 2 minutes (Microsoft's documentation).</summary>
    public TimeSpan ScheduledEventsTimeout { get; init; } = TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5);
}
