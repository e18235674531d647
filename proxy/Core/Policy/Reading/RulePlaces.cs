using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The places of a valid policy's rules, by which findings about rules are reported after the policy was read.</summary>
public sealed class RulePlaces
{
    private readonly ProblemList _problems = new();
    private readonly LocatedValue[] _rules;

    private RulePlaces(LocatedValue? root) =>
        _rules = root?.Members.FirstOrDefault(static member => member.Name == "rules").Value?.Items ?? [];

    /// <summary>The warnings so far, in document order.</summary>
    public ImmutableArray<PolicyProblem> Warnings => _problems.InOrder();

    /// <summary>The places in a policy of one document.</summary>
    public static RulePlaces Of(ReadOnlyMemory<byte> json) => new(LocatedJson.Read(json, new ProblemList(), KnownRules.None));

    /// <summary>The places in a policy of fragments.</summary>
    /// <param name="fragments">The content of the files by name.</param>
    public static RulePlaces Of(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments)
    {
        var merger = new FragmentMerger(new ProblemList());
        var start = 0;
        foreach (var (name, content) in fragments.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            if (LocatedJson.Read(content, new ProblemList(), KnownRules.None, $"{name}:", start) is { } root)
            {
                merger.Add(root);
            }

            start += content.Length + 1;
        }

        return new RulePlaces(merger.Merge());
    }

    /// <summary>Warns of a rule, or of one of its permissions.</summary>
    /// <param name="rule">The rule's index in the document.</param>
    /// <param name="key">The key of the permission's list, or null for the rule itself.</param>
    /// <param name="index">The permission's index in its list.</param>
    /// <param name="cure">What is wrong and how to fix it.</param>
    public void Warn(int rule, string? key, int index, string cure)
    {
        var at = _rules[rule];
        if (key is not null)
        {
            at = at.Open().Members.First(member => member.Name == key).Value.Items[index];
        }

        _problems.WithoutEffect(at, cure);
    }
}
