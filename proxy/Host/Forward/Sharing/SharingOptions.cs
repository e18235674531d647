namespace ImdsProxy.Forward.Sharing;

/// <summary>How long answers may be served again. Requests for the same thing at the same time always share one.</summary>
internal sealed record SharingOptions
{
    /// <summary><c>--token-cache</c></summary>
    public bool TokenCache { get; init; } = true;

    /// <summary>
    /// The longest that a token is served again. IMDS keeps tokens for hours itself; five minutes keep a herd off it and yet
    /// let a token that was renewed there be seen soon.
    /// </summary>
    public TimeSpan TokenCacheMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A token is not served again this long before its end: SDKs renew theirs at the earliest 5 minutes before.</summary>
    public TimeSpan TokenReserve { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest that what <c>/metadata/instance</c> says is served again; 0 never.</summary>
    public TimeSpan InstanceCacheMaxAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A node has some ten identities, each used for a few resources.</summary>
    public int MaxEntries { get; init; } = 512;

    /// <summary>Bytes of all kept bodies together; a token answer has about 2 KB.</summary>
    public int MaxBytes { get; init; } = 4 * 1024 * 1024;
}
