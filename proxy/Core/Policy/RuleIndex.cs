using System.Collections.Frozen;
using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy;

/// <summary>The rules by the namespaces they name, so that a workload is compared with those alone that could speak of it.</summary>
internal sealed class RuleIndex
{
    private readonly FrozenDictionary<string, ImmutableArray<CompiledRule>> _byNamespace;
    private readonly ImmutableArray<CompiledRule> _others;

    public RuleIndex(ImmutableArray<CompiledRule> rules)
    {
        var byNamespace = new Dictionary<string, ImmutableArray<CompiledRule>.Builder>(StringComparer.Ordinal);
        var others = ImmutableArray.CreateBuilder<CompiledRule>();
        foreach (var rule in rules)
        {
            if (rule.Source.Workloads.Any(static match => NamesNone(match)))
            {
                others.Add(rule);
                continue;
            }

            foreach (var ns in rule.Source.Workloads.SelectMany(static match => match.Namespaces).Distinct(StringComparer.Ordinal))
            {
                if (!byNamespace.TryGetValue(ns, out var named))
                {
                    byNamespace[ns] = named = ImmutableArray.CreateBuilder<CompiledRule>();
                }

                named.Add(rule);
            }
        }

        _byNamespace = byNamespace.ToFrozenDictionary(static entry => entry.Key, static entry => entry.Value.ToImmutable(), StringComparer.Ordinal);
        _others = others.ToImmutable();
    }

    /// <summary>The rules that speak of a workload, in no order.</summary>
    public List<CompiledRule> Of(WorkloadIdentity workload)
    {
        var rules = new List<CompiledRule>();
        Add(_byNamespace.GetValueOrDefault(workload.Namespace, []), workload, rules);
        Add(_others, workload, rules);
        return rules;
    }

    private static void Add(ImmutableArray<CompiledRule> candidates, WorkloadIdentity workload, List<CompiledRule> rules)
    {
        foreach (var rule in candidates)
        {
            if (rule.SpeaksOf(workload))
            {
                rules.Add(rule);
            }
        }
    }

    private static bool NamesNone(WorkloadMatch match) => match.Namespaces.IsDefault || match.Namespaces.Any(static name => name.EndsWith('*'));
}
