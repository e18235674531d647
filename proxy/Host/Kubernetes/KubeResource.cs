using System.Text.Json.Serialization.Metadata;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>What is listed and watched: a resource, narrowed by a field selector.</summary>
/// <typeparam name="T">Its objects, with the fields that are read.</typeparam>
/// <param name="Plural">Its name in RBAC, for example <c>pods</c>.</param>
/// <param name="Path">Its path, for example <c>/api/v1/pods</c>.</param>
/// <param name="FieldSelector">The field selector, not escaped, or null.</param>
/// <param name="Item">How one object is read.</param>
/// <param name="List">How a list is read.</param>
internal sealed record KubeResource<T>(
    string Plural,
    string Path,
    string? FieldSelector,
    JsonTypeInfo<T> Item,
    JsonTypeInfo<KubeList<T>> List)
    where T : KubeObject;
