namespace ImdsProxy.Forward.Sharing;

/// <summary>Cache settings. Equal concurrent requests always share one fetch, regardless of the settings.</summary>
internal sealed record SharingOptions
{
    /// <summary>The value of <c>--token-cache</c>.</summary>
    public bool TokenCache { get; init; } = true;

    /// <summary>
    /// The longest time a token is cached. IMDS itself caches tokens for hours. Five minutes absorb a burst of requests,
    /// yet a token that IMDS has renewed still appears soon.
    /// </summary>
    public TimeSpan TokenCacheMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The minimum remaining lifetime of a cached token. SDKs start to renew a token 5 minutes before its expiry at the earliest.</summary>
    public TimeSpan TokenReserve { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest time that responses of <c>/metadata/instance</c> are cached; 0 disables their cache.</summary>
    public TimeSpan InstanceCacheMaxAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The maximum number of entries. A node has about ten identities, each used for a few resources.</summary>
    public int MaxEntries { get; init; } = 512;

    /// <summary>The maximum total size of all cached bodies in bytes. A token response has about 2 KB.</summary>
    public int MaxBytes { get; init; } = 4 * 1024 * 1024;
}
