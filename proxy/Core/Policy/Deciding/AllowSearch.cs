using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Combines the results of matching the allows of a path against one request. The order of the allows does not matter.</summary>
internal struct AllowSearch
{
    private bool _showsAll;

    public AllowSearch(Reason otherwise) => Nearest = otherwise;

    /// <summary>A matching allow, or null. An allow that pins an identity is preferred.</summary>
    public CompiledAllow? Found { get; private set; }

    /// <summary>Whether two matching allows pin different identities.</summary>
    public bool PinsDiffer { get; private set; }

    /// <summary>The reason for the denial if no allow matches.</summary>
    public Reason Nearest { get; private set; }

    /// <summary>The part of the answer that the caller may see: the union of the views of all matching allows. Null means the whole answer.</summary>
    public DocumentView? View { get; private set; }

    public void Look(CompiledAllow allow, in Question question)
    {
        switch (allow.MatchDetails(question))
        {
            case MatchResult.Match:
                Take(allow, question);
                break;
            case MatchResult.Parameter:
                Nearest = Reason.UnknownParameter;
                break;
            default:
                break;
        }
    }

    private void Take(CompiledAllow allow, in Question question)
    {
        Show(allow.Source.View);

        // Pins apply only if neither the request nor the answer names an identity.
        if (allow.Pin is null || !question.HasNoIdentity)
        {
            Found ??= allow;
        }
        else if (Found?.Pin is { } other)
        {
            PinsDiffer |= other.ClientId != allow.Pin.ClientId;
        }
        else
        {
            Found = allow;
        }
    }

    private void Show(DocumentView? view)
    {
        _showsAll |= view is null;
        View = _showsAll ? null : View is null ? view : View.Or(view!);
    }
}
