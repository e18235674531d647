using System.Text.Json.Serialization;

namespace ImdsProxy.PolicySource;

/// <summary>A policy that was in force, as it is kept on disk.</summary>
/// <param name="Source">The ConfigMap it came from. A policy of another ConfigMap is not used.</param>
/// <param name="Uid">That ConfigMap's UID.</param>
/// <param name="Version">Its resourceVersion.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Texts">The documents by their keys.</param>
/// <param name="Release">Identifies the release that kept it, or null if that release had no identifier.</param>
internal sealed record LastGoodPolicy(
    string Source, string Uid, string Version, DateTimeOffset ReceivedAt, IReadOnlyDictionary<string, string> Texts, string? Release = null)
{
    // An API server restored from a backup starts with older versions again. After this time, its policy is accepted in spite of that.
    private static readonly TimeSpan Restored = TimeSpan.FromMinutes(10);

    /// <summary>Whether this policy was received later than another. The instance that is slower to keep its policy may hold the older one.</summary>
    public bool IsNewerThan(LastGoodPolicy other) =>
        Source != other.Source || Release != other.Release || Uid != other.Uid || !ulong.TryParse(Version, out var mine) || !ulong.TryParse(other.Version, out var its)
            ? ReceivedAt >= other.ReceivedAt
            : mine >= its || ReceivedAt - other.ReceivedAt > Restored;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LastGoodPolicy))]
internal sealed partial class LastGoodJson : JsonSerializerContext;
