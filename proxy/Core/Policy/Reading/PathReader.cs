using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads a path. It must be canonical; in an allow, it must also be a path that can be allowed.</summary>
internal sealed class PathReader(ProblemList problems)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly Dictionary<string, PathShape> _good = new(StringComparer.Ordinal);

    /// <summary>The path of an allow or a deny; null if it is missing or invalid.</summary>
    public PathShape? Read(LocatedValue? at)
    {
        if (at is null || _scalars.Text(at) is not { } text)
        {
            return null;
        }

        if (_good.TryGetValue(text, out var known))
        {
            return known;
        }

        if (CureOf(text) is { } cure)
        {
            problems.Error(at, cure);
            return null;
        }

        return _good[text] = new PathShape(text);
    }

    /// <summary>The path of an allow; null if it is missing or invalid.</summary>
    public PathShape? ReadAllowed(LocatedValue? at)
    {
        var path = Read(at);
        if (path is null)
        {
            return null;
        }

        if (path.HasWildcard)
        {
            CheckWildcard(at!, path);
        }
        else if (!path.Endpoint!.IsKnown)
        {
            CheckUnknown(at!, path);
        }

        return path;
    }

    private static string? CureOf(string text)
    {
        if (!text.StartsWith('/'))
        {
            return $"begin it with '/': {Suggest($"/{text}")}";
        }

        if (text.Length > 1 && text.EndsWith('/'))
        {
            return $"leave out the slash at its end: {Suggest(text.TrimEnd('/'))}";
        }

        if (text.Length == 1)
        {
            return null;
        }

        var segments = text.Split('/')[1..];
        return segments.Select((segment, i) => CureOfSegment(segment, i == segments.Length - 1)).FirstOrDefault(cure => cure is not null)
            ?? CureOfFirst(segments[0], text);
    }

    private static string? CureOfSegment(string segment, bool isLast) => segment switch
    {
        "" => "it has an empty segment: leave out the second slash",
        "*" => null,
        "**" => isLast ? null : "'**' is allowed only at the end: write '*' for one segment",
        [.., '.'] => "no request is sent with a segment that ends in a dot: write the path that clients request",
        _ when segment.Contains('*', StringComparison.Ordinal) => "'*' stands for a whole segment: write the segment out, or '*' alone",
        _ when segment.Contains('%', StringComparison.Ordinal) => "no path is sent with an escape: write the character itself",
        _ when segment.AsSpan().ContainsAnyExcept(UrlAlphabet.Word) => "write letters, digits, '-', '.', '_' and '~' only",
        _ => null,
    };

    private static string? CureOfFirst(string first, string text) =>
        first.Equals("metadata", StringComparison.OrdinalIgnoreCase) && first != "metadata"
            ? $"write it in lower case as '/metadata{text[(first.Length + 1)..]}'"
            : null;

    private static string Suggest(string text) => text.Length > 1 ? $"'{text}'" : "'/metadata/…'";

    private void CheckWildcard(LocatedValue at, PathShape path)
    {
        if (ImdsEndpoints.All.Any(endpoint => endpoint.CoveredByWildcards && path.Overlaps(endpoint, StringComparison.Ordinal)))
        {
            return;
        }

        var reserved = ImdsEndpoints.All.FirstOrDefault(endpoint => path.Overlaps(endpoint, StringComparison.Ordinal));
        problems.Error(at, reserved is not null
            ? $"a wildcard never covers an endpoint that issues credentials or attestations: write '{reserved.Path}' out"
            : "it covers no endpoint that IMDS is known to have: write the exact path");
    }

    private void CheckUnknown(LocatedValue at, PathShape path)
    {
        if (!ImdsEndpoints.IsVariantOfKnown(path.Text))
        {
            problems.Warning(at, "IMDS is not known to have this path: check its spelling");
            return;
        }

        var spelling = Spelling(path.Text);
        problems.Error(at, !spelling.Any(char.IsAsciiLetterUpper)
            ? $"write it in lower case as '{spelling}'"
            : $"write it as '{spelling}'");
    }

    // The path, with the spelling of the endpoint or family of endpoints that it resembles.
    private static string Spelling(string path)
    {
        var segments = path.Split('/');
        foreach (var known in ImdsEndpoints.All.Select(endpoint => endpoint.Path.Split('/')).OrderByDescending(known => known.Length))
        {
            if (known.Length <= segments.Length && known.Zip(segments).All(pair => pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase)))
            {
                return string.Join('/', [.. known, .. segments[known.Length..]]);
            }
        }

        var family = ImdsEndpoints.All.Select(endpoint => endpoint.Path.Split('/')).First(known => known[2].Equals(segments[2], StringComparison.OrdinalIgnoreCase));
        return string.Join('/', [.. family[..3], .. segments[3..]]);
    }
}
