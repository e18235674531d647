namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A list's own metadata.</summary>
internal sealed class ListMeta
{
    public string ResourceVersion { get; init; } = "";

    /// <summary>The token of the next page; empty or null on the last.</summary>
    public string? Continue { get; init; }
}
