using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Passes the pods of the API server to the index.</summary>
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

    // The field selector already excludes pods of other nodes. They must stay out even if a server ignores the selector.
    private bool IsHere(PodObject pod) => pod.Spec.NodeName == node;
}
