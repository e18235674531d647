using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Hands what the API server tells of pods to the index.</summary>
internal sealed class PodSink(PodIndex index, string node) : IListWatchSink<PodObject>
{
    public void Replace(IReadOnlyCollection<PodObject> all, string resourceVersion) =>
        index.Replace(all.Where(IsHere).Select(PodRecords.Of), resourceVersion);

    public void Upsert(PodObject subject)
    {
        if (IsHere(subject))
        {
            index.Upsert(PodRecords.Of(subject));
        }
    }

    public void Delete(PodObject subject) => index.Delete(subject.Metadata.Uid);

    public void Reached(string resourceVersion) => index.Reached(resourceVersion);

    // The field selector says so already; another node's pod must not get in even if a server ignored it.
    private bool IsHere(PodObject pod) => pod.Spec.NodeName == node;
}
