namespace ImdsProxy.Kubernetes;

/// <summary>
/// How fresh a list must be, and how it is cut into pages. The combinations are those of
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
/// </summary>
/// <param name="Parameters">The query parameters that say so.</param>
/// <param name="Paged">Whether the server may cut it into pages.</param>
internal sealed record ListQuery(string Parameters, bool Paged)
{
    /// <summary>Whatever the server's cache holds: never reaches etcd.</summary>
    public static ListQuery Cached { get; } = new("resourceVersion=0", Paged: true);

    /// <summary>The newest there is.</summary>
    public static ListQuery Consistent { get; } = new("", Paged: true);

    /// <summary>The newest there is, in one piece: for when pages expired before they were read.</summary>
    public static ListQuery ConsistentWhole { get; } = new("", Paged: false);

    /// <summary>From the server's cache, but nothing older than what is known. Not paged, because a limit would send it to etcd.</summary>
    public static ListQuery NotOlderThan(string resourceVersion) =>
        new($"resourceVersion={Uri.EscapeDataString(resourceVersion)}&resourceVersionMatch=NotOlderThan", Paged: false);
}
