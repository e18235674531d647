using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Findings;

/// <summary>The result of all checks.</summary>
/// <param name="Version">The version of this program.</param>
/// <param name="Place">Where the checks were made, in words.</param>
/// <param name="Checks">The checks, in order.</param>
internal sealed record Diagnosis(string Version, string Place, ImmutableArray<Checked> Checks)
{
    /// <summary>Whether nothing is broken.</summary>
    public bool IsHealthy => Count(FindingState.Broken) == 0;

    public int Count(FindingState state) => Checks.Count(check => check.Finding.State == state);
}
