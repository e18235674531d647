using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>
/// Finds which of the terms that two policies share can matter beside the terms that only one of them has. A request that no changed
/// term concerns is decided alike, so a shared term matters only if it concerns such a request too.
/// </summary>
/// <param name="terms">The terms.</param>
/// <param name="slice">The slice.</param>
/// <param name="selectors">The selectors.</param>
internal sealed class Relevance(SliceTerms terms, Slice slice, SelectorAtoms selectors)
{
    /// <summary>More changed paths than this are not compared with those of each shared term.</summary>
    private const int MaxPaths = 64;

    /// <summary>Whether every term is kept, and all requests are visited.</summary>
    public bool KeepsAll { get; init; }

    /// <summary>
    /// Whether every difference in requests for credentials shows in natural requests: those that name an identity by its client id, and are
    /// answered with this identity and the requested resource. Pins, audiences, and quiet denials allow other differences.
    /// </summary>
    /// <param name="live">The terms, changed ones marked.</param>
    public bool IsNatural(IReadOnlyList<LiveTerm> live)
    {
        if (KeepsAll || slice == Slice.Others || !selectors.AreSame)
        {
            return false;
        }

        foreach (var term in live)
        {
            if (terms.MeaningOf(term.Term) is not { } meaning ? term.IsChanged : !meaning.IsPlain)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Removes the shared terms that cannot matter.</summary>
    /// <param name="live">The terms, changed ones marked.</param>
    public void Narrow(List<LiveTerm> live)
    {
        if (slice == Slice.Others && !KeepsAll)
        {
            NarrowPaths(live);
        }
        else if (slice == Slice.Token && IsNatural(live))
        {
            NarrowTokens(live);
        }
    }

    private void NarrowTokens(List<LiveTerm> live)
    {
        var changed = ChangedTokens.Of(Changed(live));
        live.RemoveAll(term => !term.IsChanged && terms.MeaningOf(term.Term) is { } meaning && !changed.Meet(meaning));
    }

    private void NarrowPaths(List<LiveTerm> live)
    {
        var paths = new HashSet<PathPattern>();
        foreach (var term in live)
        {
            if (!term.IsChanged)
            {
                continue;
            }

            if (terms.MeaningOf(term.Term) is not { IsOfEveryPath: false } meaning)
            {
                return;
            }

            paths.UnionWith(meaning.Paths);
            if (paths.Count > MaxPaths)
            {
                return;
            }
        }

        live.RemoveAll(term => !term.IsChanged
            && terms.MeaningOf(term.Term) is { IsOfEveryPath: false } meaning
            && !meaning.Paths.Any(path => paths.Any(path.Meets)));
    }

    /// <summary>The meanings of the changed terms.</summary>
    public IEnumerable<RuleTerms> Changed(IEnumerable<LiveTerm> live) =>
        live.Where(static term => term.IsChanged).Select(term => terms.MeaningOf(term.Term)).OfType<RuleTerms>();
}
