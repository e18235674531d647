namespace ImdsProxy.Management;

/// <summary>The body of <c>/livez</c> and <c>/readyz</c>.</summary>
/// <param name="Status"><c>alive</c>, <c>ready</c>, <c>not-alive</c> or <c>not-ready</c>.</param>
/// <param name="Checks">The checks, in the order in which they were added.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyList<ReadinessCheck> Checks);
