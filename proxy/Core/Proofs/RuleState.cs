using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>What is known about a rule so far.</summary>
internal sealed class RuleState(PolicyRule rule)
{
    private readonly HashSet<object> _satisfiable = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<AllowPermission> _permitting = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<AllowPermission, SortedSet<string>> _shadows = new(ReferenceEqualityComparer.Instance);

    public PolicyRule Rule { get; } = rule;

    /// <summary>Whether some workload is one of the rule's.</summary>
    public bool HasWorkloads { get; set; }

    /// <summary>Whether the rule is needed: without it, something would be decided in another way.</summary>
    public bool IsNeeded { get; set; }

    /// <summary>The other rules that decide some of the same requests alike.</summary>
    public SortedSet<string> Covering { get; } = new(StringComparer.Ordinal);

    /// <summary>Remembers whether some request matches a permission.</summary>
    public void Satisfy(object permission, bool isSatisfiable)
    {
        if (isSatisfiable)
        {
            _satisfiable.Add(permission);
        }
    }

    /// <summary>Whether something is permitted by an allow, as far as is known.</summary>
    public bool IsPermitting(AllowPermission allow) => _permitting.Contains(allow);

    /// <summary>Remembers that something is permitted by an allow.</summary>
    public void Permit(AllowPermission allow) => _permitting.Add(allow);

    /// <summary>Remembers that denies override an allow for some of its workloads.</summary>
    public void Shadow(AllowPermission allow, IEnumerable<string> by)
    {
        if (!_shadows.TryGetValue(allow, out var names))
        {
            _shadows[allow] = names = new SortedSet<string>(StringComparer.Ordinal);
        }

        names.UnionWith(by);
    }

    /// <summary>The findings about the rule.</summary>
    /// <param name="index">The rule's index in the document.</param>
    public IEnumerable<Finding> Findings(int index)
    {
        if (!HasWorkloads)
        {
            return [new Finding(FindingKind.NeverMatches, Rule.Name, index, null, null, [])];
        }

        var parts = Parts(index).ToList();
        return parts.Count == 0 && !IsNeeded && Covering.Count > 0
            ? [new Finding(FindingKind.Redundant, Rule.Name, index, null, null, [.. Covering])]
            : parts;
    }

    private IEnumerable<Finding> Parts(int index)
    {
        for (var i = 0; i < Rule.Allow.Length; i++)
        {
            var allow = Rule.Allow[i];
            if (!_satisfiable.Contains(allow))
            {
                yield return new Finding(FindingKind.NeverMatches, Rule.Name, index, i, null, []);
            }
            else if (!IsPermitting(allow) && _shadows.TryGetValue(allow, out var by))
            {
                yield return new Finding(FindingKind.Shadowed, Rule.Name, index, i, null, [.. by]);
            }
        }

        for (var i = 0; i < Rule.Deny.Length; i++)
        {
            if (!_satisfiable.Contains(Rule.Deny[i]))
            {
                yield return new Finding(FindingKind.NeverMatches, Rule.Name, index, null, i, []);
            }
        }
    }
}
