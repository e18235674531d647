namespace ImdsProxy.Kubernetes.Objects;

/// <summary>What every object of the API has.</summary>
internal class KubeObject
{
    public ObjectMeta Metadata { get; init; } = new();
}
