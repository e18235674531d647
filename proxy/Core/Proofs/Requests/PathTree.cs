using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// Splits all paths by patterns, segment after segment: for each mentioned spelling, for another case of it, for a number, and for
/// anything else. Branches with the same remaining patterns are visited once.
/// </summary>
internal sealed class PathTree(IReadOnlyList<PathTerm> terms, Budget budget)
{
    /// <summary>The maximum number of segments in a path, to bound the recursion. The paths of IMDS have at most eight.</summary>
    private const int MaxDepth = 100;

    private const string OtherSegment = "x-other";

    private const string OtherNumber = "7";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<PathNode> _nodes = [];

    /// <summary>The paths.</summary>
    public IReadOnlyList<PathNode> Nodes()
    {
        // The path "/" has one segment, which is empty.
        Add("/", "/", [.. terms.Where(static term => (term.IsSubtree && term.Segments.Length == 0) || term.Segments is [""]).Select(static term => term.Id)]);
        Enter(0, "", "", [.. terms.Where(static term => term.Segments is not [""])], isMentioned: true);
        return _nodes;
    }

    private void Enter(int depth, string path, string text, List<PathTerm> live, bool isMentioned)
    {
        budget.Spend(Budget.Split + live.Count);
        if (depth > MaxDepth)
        {
            throw new BudgetSpentException();
        }

        if (depth > 0)
        {
            var isWhole = live.TrueForAll(term => term.IsSettled(depth)) && !isMentioned;
            Add(path, isWhole ? text + "/**" : text, [.. live.Where(term => term.Accepts(depth)).Select(static term => term.Id)]);
            if (isWhole)
            {
                return;
            }
        }

        foreach (var segment in SegmentsAt(depth, live, out var mentioned))
        {
            var next = live.FindAll(term => term.Matches(depth, segment));
            budget.Spend(live.Count);
            var isKnown = mentioned.Contains(segment);
            if (_seen.Add($"{depth}:{isKnown}:{string.Join(',', next.Select(static term => term.Id))}"))
            {
                Enter(depth + 1, $"{path}/{segment}", $"{text}/{(isKnown ? segment : "*")}", next, isKnown);
            }
        }
    }

    // Unmentioned segments come before mentioned segments in another case, because both mostly match the same patterns.
    private static List<string> SegmentsAt(int depth, List<PathTerm> live, out HashSet<string> mentioned)
    {
        var named = live.Where(term => term.Names(depth)).Select(term => term.Segments[depth]).ToHashSet(StringComparer.Ordinal);
        var segments = named.Order(StringComparer.Ordinal).ToList();
        var others = segments.Select(segment => OtherCase(segment, named)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        segments.Add(Unmentioned(OtherSegment, named));
        if (live.Exists(term => depth < term.Segments.Length && term.Segments[depth] == PathTerm.Number))
        {
            segments.Add(Unmentioned(OtherNumber, named));
        }

        segments.AddRange(others);
        mentioned = named;
        return segments;
    }

    private static string Unmentioned(string segment, HashSet<string> named)
    {
        while (named.Contains(segment))
        {
            segment += segment[^1];
        }

        return segment;
    }

    // Denies match it and allows do not.
    private static string? OtherCase(string segment, HashSet<string> named) =>
        new[] { segment.ToUpperInvariant(), segment.ToLowerInvariant() }
            .Concat(segment.Select((letter, at) => $"{segment[..at]}{Swap(letter)}{segment[(at + 1)..]}"))
            .FirstOrDefault(other => !named.Contains(other));

    private static char Swap(char letter) => char.IsAsciiLetterUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter);

    private void Add(string path, string text, List<int> matching) => _nodes.Add(new PathNode(path, text, matching));
}
