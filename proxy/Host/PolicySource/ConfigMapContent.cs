using System.Collections.Immutable;

namespace ImdsProxy.PolicySource;

/// <summary>A ConfigMap as received from the API server.</summary>
/// <param name="Uid">The ConfigMap's UID.</param>
/// <param name="Version">The ConfigMap's resourceVersion.</param>
/// <param name="Texts">The ConfigMap's keys and texts.</param>
/// <param name="Editors">The field managers that wrote the ConfigMap, newest first.</param>
/// <param name="ReceivedAt">The time when the ConfigMap was received.</param>
internal sealed record ConfigMapContent(
    string Uid, string Version, IReadOnlyDictionary<string, string> Texts, ImmutableArray<string> Editors, DateTimeOffset ReceivedAt);
