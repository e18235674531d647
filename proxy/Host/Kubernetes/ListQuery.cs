namespace ImdsProxy.Kubernetes;

/// <summary>
/// How fresh a list must be and whether it is paged. The valid combinations are documented at
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
/// </summary>
/// <param name="Parameters">The query parameters for this freshness.</param>
/// <param name="Paged">Whether the server may split the list into pages.</param>
internal sealed record ListQuery(string Parameters, bool Paged)
{
    /// <summary>Accepts whatever the server's cache holds; never reads etcd.</summary>
    public static ListQuery Cached { get; } = new("resourceVersion=0", Paged: true);

    /// <summary>The most recent state.</summary>
    public static ListQuery Consistent { get; } = new("", Paged: true);

    /// <summary>The most recent state, unpaged. Used if pages have expired before they were read.</summary>
    public static ListQuery ConsistentWhole { get; } = new("", Paged: false);

    /// <summary>
    /// From the server's cache, but not older than the known version. Unpaged, because a limit would make the server read
    /// etcd.
    /// </summary>
    public static ListQuery NotOlderThan(string resourceVersion) =>
        new($"resourceVersion={Uri.EscapeDataString(resourceVersion)}&resourceVersionMatch=NotOlderThan", Paged: false);
}
