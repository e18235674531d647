using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>What the permissions of a path say to one request, whatever their order.</summary>
internal struct AllowSearch
{
    private bool _showsAll;

    public AllowSearch(Reason otherwise) => Nearest = otherwise;

    /// <summary>A permission that matches, a pinned one before others; or null.</summary>
    public CompiledAllow? Found { get; private set; }

    /// <summary>Whether two that match pin different identities.</summary>
    public bool PinsDiffer { get; private set; }

    /// <summary>The reason of a denial where none matches.</summary>
    public Reason Nearest { get; private set; }

    /// <summary>What may be seen of the answer, or null for all of it: what any permission that matches shows.</summary>
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

        // A request that says as whom it asks is not changed, and an answer says as whom it was.
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
