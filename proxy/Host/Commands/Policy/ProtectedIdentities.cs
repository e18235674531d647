using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Policy;

/// <summary>Checks the identities that <c>--protect</c> names. A misspelled name would protect nothing, and nobody would notice.</summary>
internal static class ProtectedIdentities
{
    /// <summary>The identities as aliases of the base or canonical client ids.</summary>
    /// <exception cref="FormatException">A name is neither.</exception>
    public static ImmutableArray<string> Of(ImmutableArray<string> names, PolicyDocument? policy) =>
        [.. names.Select(name => AliasOf(name, policy) ?? ClientIdOf(name) ?? throw Unknown(name, policy))];

    private static string? AliasOf(string name, PolicyDocument? policy) => policy?.Identities.FirstOrDefault(alias => alias.Name == name)?.Name;

    private static string? ClientIdOf(string name) => Guid.TryParseExact(name, "D", out var id) ? id.ToString() : null;

    private static FormatException Unknown(string name, PolicyDocument? policy) => new(
        $"--protect {name}: it is neither a client id nor {(policy is null ? "known by another name, because there is no --base" : "an alias of the base")}: write {Cure(policy)}");

    private static string Cure(PolicyDocument? policy) => policy is { Identities: { IsEmpty: false } aliases }
        ? $"a client id, or one of {string.Join(", ", aliases.Select(static alias => alias.Name))}"
        : "a client id, such as e5dbcd30-9b3d-4041-b791-ac23f9038175";
}
