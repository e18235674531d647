
namespace ImdsProxy.Management;

/// <summary>The pages that the management listener serves.</summary>
internal sealed class ManagementPages
{
    /// <summary><c>/readyz</c>.</summary>
    public required Readiness Readiness { get; init; }

    /// <summary><c>/livez</c>: checks that fail when only a restart can help. With no checks, a proxy that answers is alive.</summary>
    public Readiness Liveness { get; init; } = new();

    /// <summary><c>/metrics</c>.</summary>
    public required WriteMetrics Metrics { get; init; }

    /// <summary><c>/policy</c>: the policy in force, or null before the first one.</summary>
    public Func<PolicyStatus?> Policy { get; init; } = () => null;

    /// <summary>Further paths, compared exactly, with their handlers. They need the Unix socket or the token.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Guarded { get; init; } = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal);
}
