using System.Text.Json.Serialization.Metadata;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>A resource to list and watch, narrowed by a field selector.</summary>
/// <typeparam name="T">The object type, with the fields that the proxy reads.</typeparam>
/// <param name="Plural">The plural name in RBAC, for example <c>pods</c>.</param>
/// <param name="Path">The API path, for example <c>/api/v1/pods</c>.</param>
/// <param name="FieldSelector">The field selector, unescaped, or null.</param>
/// <param name="Item">The JSON metadata of one object.</param>
/// <param name="List">The JSON metadata of a list.</param>
internal sealed record KubeResource<T>(
    string Plural,
    string Path,
    string? FieldSelector,
    JsonTypeInfo<T> Item,
    JsonTypeInfo<KubeList<T>> List)
    where T : KubeObject;
