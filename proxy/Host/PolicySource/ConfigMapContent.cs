using System.Collections.Immutable;

namespace ImdsProxy.PolicySource;

/// <summary>A ConfigMap as it was received.</summary>
/// <param name="Uid">Its UID.</param>
/// <param name="Version">Its resourceVersion.</param>
/// <param name="Texts">Its keys and texts.</param>
/// <param name="Editors">The field managers that wrote it, newest first.</param>
/// <param name="ReceivedAt">When it was received.</param>
internal sealed record ConfigMapContent(
    string Uid, string Version, IReadOnlyDictionary<string, string> Texts, ImmutableArray<string> Editors, DateTimeOffset ReceivedAt);
