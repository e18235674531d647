namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>
/// Drops the entries of settled terms, which no longer matter. Otherwise, a settled term would still split the
/// remaining dimensions.
/// </summary>
internal static class LiveEntries
{
    /// <summary>The entries that still matter.</summary>
    /// <param name="entries">All entries. The entries of a term are adjacent.</param>
    /// <param name="live">The entries that may still hold, in order.</param>
    /// <param name="dimension">The first dimension that is not yet split.</param>
    /// <param name="labels">The labels that are decided.</param>
    public static List<int> Settle(WorkloadEntry[] entries, List<int> live, int dimension, LabelChoices labels)
    {
        var kept = new List<int>(live.Count);
        for (var from = 0; from < live.Count;)
        {
            var to = from + 1;
            while (to < live.Count && entries[live[to]].Term == entries[live[from]].Term)
            {
                to++;
            }

            KeepTerm(entries, live, from, to, dimension, labels, kept);
            from = to;
        }

        return kept;
    }

    private static void KeepTerm(WorkloadEntry[] entries, List<int> live, int from, int to, int dimension, LabelChoices labels, List<int> kept)
    {
        var (certain, included) = (-1, false);
        for (var i = from; i < to; i++)
        {
            var entry = entries[live[i]];
            var isCertain = !entry.IsOpen(dimension, labels);
            if (entry.IsExcept && isCertain)
            {
                return;
            }

            included |= !entry.IsExcept;
            if (!entry.IsExcept && isCertain && certain < 0)
            {
                certain = live[i];
            }
        }

        if (!included)
        {
            return;
        }

        for (var i = from; i < to; i++)
        {
            if (certain < 0 || live[i] == certain || entries[live[i]].IsExcept)
            {
                kept.Add(live[i]);
            }
        }
    }
}
