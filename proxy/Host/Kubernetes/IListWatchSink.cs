using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>Receives the state of a resource. Methods are called one at a time, in the order of the API server's history.</summary>
internal interface IListWatchSink<in T>
    where T : KubeObject
{
    /// <summary>
    /// Replaces everything with the given objects. An object that is missing was deleted, even if the deletion event was
    /// missed.
    /// </summary>
    void Replace(IReadOnlyCollection<T> all, string resourceVersion);

    /// <summary>Adds an object or updates it to a new state.</summary>
    void Upsert(T subject);

    /// <summary>Removes an object, given its last state.</summary>
    void Delete(T subject);

    /// <summary>Reports that everything up to this resourceVersion has been delivered.</summary>
    void Reached(string resourceVersion);
}
