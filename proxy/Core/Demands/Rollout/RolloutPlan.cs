using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Policy.Writing;

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>The change of a policy that enforces namespaces.</summary>
/// <param name="Policy">The policy with the new mode lists, or null if a namespace can't be enforced by them.</param>
/// <param name="PolicyJson">The whole policy as JSON, in UTF-8; empty without a policy.</param>
/// <param name="Refusals">Why a namespace is not enforced, by namespace. Empty if all are.</param>
public sealed record RolloutPlan(PolicyDocument? Policy, ReadOnlyMemory<byte> PolicyJson, ImmutableSortedDictionary<string, string> Refusals)
{
    /// <summary>Plans to enforce namespaces.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="status">The status of the namespaces.</param>
    /// <param name="namespaces">The namespaces to enforce.</param>
    /// <param name="anyway">Whether namespaces that are not ready are enforced too.</param>
    public static RolloutPlan For(PolicyDocument policy, ImmutableArray<NamespaceStatus> status, IReadOnlyCollection<string> namespaces, bool anyway = false)
    {
        var refusals = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var exceptions = policy.ModeExceptions;
        foreach (var ns in namespaces.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var known = status.FirstOrDefault(entry => entry.Namespace == ns);
            if (!anyway && known is not { State: not (RolloutState.Learning or RolloutState.Regressed) })
            {
                refusals[ns] = known is null ? "no request of it is on record" : $"{known.State.ToString().ToLowerInvariant()}: {known.Next}";
            }
            else if (Enforce(policy.Mode, exceptions, ns) is { } changed)
            {
                exceptions = changed;
            }
            else
            {
                refusals[ns] = "\"auditOnly\" names it by a pattern or with every namespace: write the namespaces out first";
            }
        }

        return refusals.Count == 0 ? Planned(policy with { ModeExceptions = exceptions }) : new RolloutPlan(null, default, refusals.ToImmutable());
    }

    private static RolloutPlan Planned(PolicyDocument policy)
    {
        var json = PolicyWriter.Write(policy);
        return new RolloutPlan(PolicyLoader.Load(json).Document, json, ImmutableSortedDictionary<string, string>.Empty);
    }

    // Null if mode lists cannot express it.
    private static ImmutableArray<WorkloadMatch>? Enforce(PolicyMode mode, ImmutableArray<WorkloadMatch> exceptions, string ns) =>
        mode == PolicyMode.Audit
            ? exceptions.Any(match => IsWhole(match, ns)) ? exceptions : exceptions.Add(new WorkloadMatch([ns], default, default, []))
            : exceptions.Any(match => IsByPattern(match, ns)) ? null
            : [.. exceptions.Select(match => Without(match, ns)).Where(static match => match.Namespaces.IsDefault || match.Namespaces.Length > 0)];

    private static bool IsWhole(WorkloadMatch match, string ns) =>
        match.ServiceAccounts.IsDefault && (match.Namespaces.IsDefault || match.Namespaces.Any(name => Includes(name, ns)));

    private static bool IsByPattern(WorkloadMatch match, string ns) =>
        match.Namespaces.IsDefault || match.Namespaces.Any(name => name.EndsWith('*') && Includes(name, ns));

    private static WorkloadMatch Without(WorkloadMatch match, string ns) =>
        match.Namespaces.IsDefault ? match : match with { Namespaces = match.Namespaces.RemoveAll(name => name == ns) };

    private static bool Includes(string name, string ns) =>
        name.EndsWith('*') ? ns.StartsWith(name[..^1], StringComparison.Ordinal) : name == ns;
}
