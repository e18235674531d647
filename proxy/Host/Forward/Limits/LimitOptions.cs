namespace ImdsProxy.Forward.Limits;

/// <summary>
/// IMDS's limits, which hold for the VM and so for all its pods together. Left out they are off, as for an upstream that
/// has none; the command line learns IMDS's own.
/// </summary>
internal sealed record LimitOptions
{
    /// <summary>IMDS's documentation: 5 requests a second.</summary>
    public const int ImdsPerSecond = 5;

    /// <summary>The documentation of managed identities: 20 token requests a second.</summary>
    public const int ImdsTokensPerSecond = 20;

    /// <summary>And 5 of them at once.</summary>
    public const int ImdsTokensAtOnce = 5;

    /// <summary>For all that is below <c>/metadata/identity/</c>.</summary>
    public LaneOptions Identity { get; init; } = new();

    /// <summary>For all else.</summary>
    public LaneOptions General { get; init; } = new();
}
