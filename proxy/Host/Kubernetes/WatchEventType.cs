namespace ImdsProxy.Kubernetes;

/// <summary>What a line of a watch says.</summary>
internal enum WatchEventType
{
    /// <summary>A type this code does not know; its resourceVersion counts, the rest does not.</summary>
    Other,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}
