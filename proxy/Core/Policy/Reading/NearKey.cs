namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Finds the word that was probably meant.</summary>
internal static class NearKey
{
    /// <summary>Two slips of the finger; more is another word.</summary>
    private const int MaxDistance = 2;

    /// <summary>The nearest of the known words, or null where none is near.</summary>
    public static string? Of(string word, IEnumerable<string> known) => word.Length > 40
        ? null
        : known.Select(candidate => (candidate, distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Min(MaxDistance, pair.candidate.Length / 2))
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();

    // Levenshtein's, one row at a time.
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
