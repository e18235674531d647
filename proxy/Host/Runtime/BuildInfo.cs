using System.Reflection;

namespace ImdsProxy.Runtime;

/// <summary>Identifies a build.</summary>
/// <param name="Version">For example <c>0.1.0</c>.</param>
/// <param name="Commit">The commit that was built, or <c>unknown</c>.</param>
internal sealed record BuildInfo(string Version, string Commit)
{
    /// <summary>The build of the running executable.</summary>
    public static BuildInfo Current { get; } = Parse(
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);

    // The SDK writes VERSION+COMMIT where it finds a repository.
    internal static BuildInfo Parse(string? informational)
    {
        var parts = (informational ?? "").Split('+', 2);
        return new(
            parts[0] is { Length: > 0 } version ? version : "unknown",
            parts is [_, { Length: > 0 } commit] ? commit : "unknown");
    }
}
