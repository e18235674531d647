namespace ImdsProxy.Forward.Limits;

/// <summary>
/// IMDS's limits, which apply to the VM and therefore to all its pods together. They default to off, for upstreams
/// without limits. The command line enables lanes that learn IMDS's limits.
/// </summary>
internal sealed record LimitOptions
{
    /// <summary>The documented limit of IMDS: 5 requests a second.</summary>
    public const int ImdsPerSecond = 5;

    /// <summary>The documented limit of managed identities: 20 token requests a second.</summary>
    public const int ImdsTokensPerSecond = 20;

    /// <summary>The documented limit of managed identities: 5 concurrent token requests.</summary>
    public const int ImdsTokensAtOnce = 5;

    /// <summary>The limits for paths below <c>/metadata/identity/</c>.</summary>
    public LaneOptions Identity { get; init; } = new();

    /// <summary>The limits for all other paths.</summary>
    public LaneOptions General { get; init; } = new();
}
