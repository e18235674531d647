namespace ImdsProxy.Kubernetes;

/// <summary>The type of a watch event.</summary>
internal enum WatchEventType
{
    /// <summary>An unknown type. Only its resourceVersion is used.</summary>
    Other,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}
