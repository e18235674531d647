using System.Text.Json.Serialization;

namespace ImdsProxy.PolicySource;

/// <summary>A policy that was in force, in the form in which it is kept on disk.</summary>
/// <param name="Source">The ConfigMap of the policy. A policy from another ConfigMap is not used.</param>
/// <param name="Uid">The ConfigMap's UID.</param>
/// <param name="Version">The ConfigMap's resourceVersion.</param>
/// <param name="ReceivedAt">The time when the ConfigMap was received.</param>
/// <param name="Texts">The documents by their keys.</param>
/// <param name="Release">Identifies the release that kept the policy, or null if that release had no identifier.</param>
internal sealed record LastGoodPolicy(
    string Source, string Uid, string Version, DateTimeOffset ReceivedAt, IReadOnlyDictionary<string, string> Texts, string? Release = null)
{
    // An API server restored from a backup starts with older versions again. After this time, its policy is accepted despite the older version.
    private static readonly TimeSpan Restored = TimeSpan.FromMinutes(10);

    /// <summary>Whether this policy was received later than another policy. The instance that saves its policy last may hold the older policy.</summary>
    public bool IsNewerThan(LastGoodPolicy other) =>
        Source != other.Source || Release != other.Release || Uid != other.Uid || !ulong.TryParse(Version, out var mine) || !ulong.TryParse(other.Version, out var its)
            ? ReceivedAt >= other.ReceivedAt
            : mine >= its || ReceivedAt - other.ReceivedAt > Restored;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LastGoodPolicy))]
internal sealed partial class LastGoodJson : JsonSerializerContext;
