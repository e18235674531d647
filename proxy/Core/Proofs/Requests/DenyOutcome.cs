namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>What several denies of one request come to. It is quiet only if all of them are.</summary>
internal static class DenyOutcome
{
    /// <summary>The outcome, or null if nothing denies.</summary>
    public static Outcome? Of(IEnumerable<DenyTerm> denies)
    {
        Outcome? outcome = null;
        foreach (var deny in denies)
        {
            if (!deny.Source.Quiet)
            {
                return Outcome.Denied;
            }

            outcome = Outcome.DeniedQuietly;
        }

        return outcome;
    }
}
