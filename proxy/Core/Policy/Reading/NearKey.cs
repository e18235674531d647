namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Finds the known word that a misspelt word was probably meant to be.</summary>
internal static class NearKey
{
    /// <summary>Two typing mistakes. A word that differs more is probably another word.</summary>
    private const int MaxDistance = 2;

    /// <summary>The most similar known word, or null if none is similar.</summary>
    public static string? Of(string word, IEnumerable<string> known) => word.Length > 40
        ? null
        : known.Select(candidate => (candidate, distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Min(MaxDistance, pair.candidate.Length / 2))
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();

    // The Levenshtein distance, computed row by row.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substitution = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
