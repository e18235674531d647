using System.Collections.Frozen;
using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Indexes rules by namespace, so that a workload is compared only with rules that could apply to it.</summary>
internal sealed class RuleIndex
{
    private readonly FrozenDictionary<string, ImmutableArray<CompiledRule>> _byNamespace;
    private readonly ImmutableArray<CompiledRule> _others;

    public RuleIndex(ImmutableArray<CompiledRule> rules)
    {
        var byNamespace = new Dictionary<string, ImmutableArray<CompiledRule>.Builder>(StringComparer.Ordinal);
        var others = ImmutableArray.CreateBuilder<CompiledRule>();
        foreach (var rule in rules.Sort(ByName))
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

    /// <summary>The rules that apply to a workload, sorted by name.</summary>
    public List<CompiledRule> Of(WorkloadIdentity workload)
    {
        var named = _byNamespace.GetValueOrDefault(workload.Namespace, []);
        var rules = new List<CompiledRule>(named.Length + _others.Length);
        var (n, o) = (0, 0);
        while (n < named.Length || o < _others.Length)
        {
            var rule = o == _others.Length || (n < named.Length && ByName(named[n], _others[o]) < 0) ? named[n++] : _others[o++];
            if (rule.SpeaksOf(workload))
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private static int ByName(CompiledRule left, CompiledRule right) => string.CompareOrdinal(left.Source.Name, right.Source.Name);

    private static bool NamesNone(WorkloadMatch match) => match.Namespaces.IsDefault || match.Namespaces.Any(static name => name.EndsWith('*'));
}
