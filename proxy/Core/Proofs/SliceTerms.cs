using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>The rules and mode lists of all policies in one slice, as sets of workloads with a meaning.</summary>
internal sealed class SliceTerms
{
    private readonly ImmutableArray<PolicySide> _sides;
    private readonly Dictionary<string, int> _contents = new(StringComparer.Ordinal);
    private readonly List<WorkloadTerm> _terms = [];
    private readonly List<RuleTerms?> _meanings = [];

    public SliceTerms(ImmutableArray<PolicySide> sides, Slice slice, Budget budget)
    {
        _sides = sides;
        for (var side = 0; side < sides.Length; side++)
        {
            var document = sides[side].Document;
            budget.Spend(document.Rules.Length);
            foreach (var rule in document.Rules)
            {
                if (RuleTerms.Of(rule, slice, sides[side].Decider.Identities) is { IsEmpty: false } meaning)
                {
                    Add(side, rule.Workloads, rule.Except, meaning);
                }
            }

            if (!document.ModeExceptions.IsEmpty)
            {
                Add(side, document.ModeExceptions, []);
            }
        }
    }

    public IReadOnlyList<WorkloadTerm> All => _terms;

    /// <summary>Adds a set of workloads. A set without a meaning is a mode list or the scope.</summary>
    public void Add(int side, ImmutableArray<WorkloadMatch> workloads, ImmutableArray<WorkloadMatch> except, RuleTerms? meaning = null)
    {
        var text = $"{(side < 0 ? "scope" : "")}{meaning?.Text()}\n{WorkloadText.Of(workloads)}\nexcept {WorkloadText.Of(except)}";
        if (!_contents.TryGetValue(text, out var content))
        {
            _contents[text] = content = _contents.Count;
        }

        _terms.Add(new WorkloadTerm(side, _terms.Count, content, workloads, except));
        _meanings.Add(meaning);
    }

    /// <summary>What a term means, or null for a mode list and the scope.</summary>
    public RuleTerms? MeaningOf(WorkloadTerm term) => _meanings[term.Index];

    /// <summary>Whether both policies have the same terms. Terms of equal content are neighbours.</summary>
    public bool AreSame(IReadOnlyList<WorkloadTerm> live)
    {
        if (_sides[0].Document.Mode != _sides[^1].Document.Mode)
        {
            return false;
        }

        for (var from = 0; from < live.Count;)
        {
            var (to, seen) = (from, 0);
            for (; to < live.Count && live[to].Content == live[from].Content; to++)
            {
                seen |= live[to].Side < 0 ? 3 : 1 << live[to].Side;
            }

            if (seen != 3)
            {
                return false;
            }

            from = to;
        }

        return true;
    }

    /// <summary>Whether a term allows anything that may be in the goal.</summary>
    public bool MayReach(WorkloadTerm term, Standing goal) => MeaningOf(term) is { } meaning
        && meaning.Allows.Any(allow => goal.Denies.Any(deny =>
            allow.IsAnyIdentity || deny.IsAnyIdentity || deny.Identities.Any(id => allow.Identities.Contains(id, StringComparer.Ordinal))));

    /// <summary>The standing under each policy for workloads that match exactly these terms.</summary>
    public ImmutableArray<Standing> Standings(IReadOnlyList<WorkloadTerm> live, Standing? goal)
    {
        var standings = ImmutableArray.CreateBuilder<Standing>(_sides.Length + 1);
        for (var side = 0; side < _sides.Length; side++)
        {
            standings.Add(StandingOf(side, live));
        }

        if (goal is not null)
        {
            standings.Add(goal);
        }

        return standings.ToImmutable();
    }

    private Standing StandingOf(int side, IReadOnlyList<WorkloadTerm> live)
    {
        var mode = _sides[side].ModeOf(live.Any(term => term.Side == side && MeaningOf(term) is null));
        var allows = new List<AllowTerm>();
        var denies = new List<DenyTerm>();
        foreach (var term in live)
        {
            if (term.Side == side && MeaningOf(term) is { } meaning)
            {
                allows.AddRange(meaning.Allows);
                denies.AddRange(meaning.Denies.Where(deny => (deny.Mode ?? mode) == PolicyMode.Enforce));
            }
        }

        return new Standing(mode, allows, denies, _sides[side].Decider.Identities);
    }
}
