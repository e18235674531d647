namespace ImdsProxy.Core.Proofs;

/// <summary>A comparison of two policies, and the modes that it assumes.</summary>
/// <param name="Assumption">The modes.</param>
/// <param name="Comparison">The comparison.</param>
public sealed record AssumedComparison(Assumption Assumption, Comparison Comparison);
