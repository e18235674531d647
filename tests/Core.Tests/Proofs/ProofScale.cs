using System.Globalization;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>How many random policies the proofs are compared on.</summary>
internal static class ProofScale
{
    /// <summary>Policies compared with enumeration: <c>PROOFS_POLICIES</c>.</summary>
    public static int Policies { get; } = Number("PROOFS_POLICIES", 300);

    /// <summary>The first seed, to repeat a failure or to share the work: <c>PROOFS_SEED</c>.</summary>
    public static int FirstSeed { get; } = Number("PROOFS_SEED", 0);

    /// <summary>The seeds.</summary>
    public static IEnumerable<int> Seeds => Enumerable.Range(FirstSeed, Policies);

    /// <summary>Pairs of policies compared with Z3: <c>PROOFS_SOLVER_PAIRS</c>.</summary>
    public static int SolverPairs { get; } = Number("PROOFS_SOLVER_PAIRS", 24);

    /// <summary>The seeds of these pairs.</summary>
    public static IEnumerable<int> SolverSeeds => Enumerable.Range(FirstSeed + 100_000, SolverPairs);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var count) ? count : otherwise;
}
