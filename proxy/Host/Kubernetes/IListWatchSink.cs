using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>What follows a resource. Its methods are called one at a time, in the order of the API server's history.</summary>
internal interface IListWatchSink<in T>
    where T : KubeObject
{
    /// <summary>All there is. What is missing here is gone, however its end was missed.</summary>
    void Replace(IReadOnlyCollection<T> all, string resourceVersion);

    /// <summary>A new object, or a new state of one.</summary>
    void Upsert(T subject);

    /// <summary>An object's last state.</summary>
    void Delete(T subject);

    /// <summary>All up to this resourceVersion has been told.</summary>
    void Reached(string resourceVersion);
}
