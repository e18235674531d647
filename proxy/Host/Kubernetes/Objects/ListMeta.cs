namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A list's metadata.</summary>
internal sealed class ListMeta
{
    public string ResourceVersion { get; init; } = "";

    /// <summary>The token for the next page; empty or null on the last page.</summary>
    public string? Continue { get; init; }
}
