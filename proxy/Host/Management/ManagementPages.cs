
namespace ImdsProxy.Management;

/// <summary>What the management listener serves.</summary>
internal sealed class ManagementPages
{
    /// <summary><c>/readyz</c>.</summary>
    public required Readiness Readiness { get; init; }

    /// <summary><c>/livez</c>: what only a restart cures. Empty means that answering is life enough.</summary>
    public Readiness Liveness { get; init; } = new();

    /// <summary><c>/metrics</c>.</summary>
    public required WriteMetrics Metrics { get; init; }

    /// <summary>What <c>/policy</c> tells, or null before a policy is in force.</summary>
    public Func<PolicyStatus?> Policy { get; init; } = () => null;

    /// <summary>More paths, compared exactly, and who answers a GET of them; over the Unix socket or with the token only.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Guarded { get; init; } = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal);
}
