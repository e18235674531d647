using System.Text.Json.Serialization;

namespace ImdsProxy.Management;

/// <summary>The policy in force, as <c>GET /policy</c> reports it.</summary>
/// <param name="Revision">The policy's revision.</param>
/// <param name="Mode"><c>enforce</c> or <c>audit</c>.</param>
/// <param name="Source">Where it was read, for example <c>file:/etc/imds-proxy/policy.json</c>.</param>
/// <param name="LoadedAt">When it came into force.</param>
internal sealed record PolicyStatus(string Revision, string Mode, string Source, [property: JsonIgnore] DateTimeOffset LoadedAt)
{
    /// <summary><see cref="LoadedAt"/> in UTC, as audit records write times.</summary>
    [JsonPropertyName("loadedAt")]
    public DateTime LoadedAtUtc => LoadedAt.UtcDateTime;

    /// <summary>Whether a newer document was refused.</summary>
    public bool NewerRefused { get; init; }
}
