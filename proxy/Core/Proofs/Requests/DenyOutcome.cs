namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The combined outcome of several denies of one request. The denial is quiet only if all of them are quiet.</summary>
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
