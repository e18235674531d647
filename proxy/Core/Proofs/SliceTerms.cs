using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>The rules and mode lists of all policies in one slice, as sets of workloads with a meaning.</summary>
internal sealed class SliceTerms
{
    /// <summary>The side of the scope.</summary>
    public const int ScopeSide = -1;

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
        var text = side == ScopeSide ? "scope" : meaning?.Text() ?? "mode";
        if (!_contents.TryGetValue(text, out var content))
        {
            _contents[text] = content = _contents.Count;
        }

        _terms.Add(new WorkloadTerm(side, _terms.Count, content, workloads, except));
        _meanings.Add(meaning);
    }

    /// <summary>What a term means, or null for a mode list and the scope.</summary>
    public RuleTerms? MeaningOf(WorkloadTerm term) => _meanings[term.Index];

    /// <summary>Whether a term allows anything that may be in the goal.</summary>
    public bool MayReach(WorkloadTerm term, Standing goal) => MeaningOf(term) is { } meaning
        && meaning.Allows.Any(allow => goal.Denies.Any(deny =>
            allow.IsAnyIdentity || deny.IsAnyIdentity || deny.Identities.Any(id => allow.Identities.Contains(id, StringComparer.Ordinal))));

    /// <summary>The standing under each policy for workloads that match exactly these terms.</summary>
    public ImmutableArray<Standing> Standings(IReadOnlyList<LiveTerm> live, Standing? goal)
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

    private Standing StandingOf(int side, IReadOnlyList<LiveTerm> live)
    {
        var mode = _sides[side].ModeOf(live.Any(term => term.Term.Side == side && MeaningOf(term.Term) is null));
        var allows = new List<AllowTerm>();
        var denies = new List<DenyTerm>();
        foreach (var term in live)
        {
            if (term.Term.Side == side && MeaningOf(term.Term) is { } meaning)
            {
                allows.AddRange(meaning.Allows);
                denies.AddRange(meaning.Denies.Where(deny => (deny.Mode ?? mode) == PolicyMode.Enforce));
            }
        }

        return new Standing(mode, allows, denies, _sides[side].Decider.Identities);
    }
}
