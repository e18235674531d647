using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A path pattern, split into segments so that it can be compared with IMDS's endpoints.</summary>
internal sealed class PathShape
{
    private static readonly Dictionary<Endpoint, PathShape> OfEndpoints =
        ImdsEndpoints.All.ToDictionary(static endpoint => endpoint, static endpoint => new PathShape(endpoint));

    private readonly string[] _segments;
    private readonly bool _subtree;

    public PathShape(string text)
        : this(text.EndsWith("/**", StringComparison.Ordinal) ? text[..^3] : text, text.EndsWith("/**", StringComparison.Ordinal)) =>
        Text = text;

    private PathShape(Endpoint endpoint)
        : this(endpoint.Path, endpoint.Subtree)
    {
    }

    private PathShape(string path, bool subtree)
    {
        Text = path;
        _segments = path.Length == 0 ? [] : path.Split('/')[1..];
        _subtree = subtree;
    }

    public string Text { get; }

    /// <summary>The pattern with the same text.</summary>
    public PathPattern Pattern => field ??= PathPattern.Of(Text);

    /// <summary>Whether the pattern contains a wildcard.</summary>
    public bool HasWildcard => _subtree || _segments.Contains("*", StringComparer.Ordinal);

    /// <summary>The endpoint of a path without wildcards.</summary>
    public Endpoint? Endpoint => HasWildcard ? null : ImdsEndpoints.Find(Text);

    /// <summary>Whether some path matches this pattern and belongs to the endpoint.</summary>
    public bool Overlaps(Endpoint endpoint, StringComparison comparison) => Overlaps(OfEndpoints[endpoint], comparison);

    private bool Overlaps(PathShape other, StringComparison comparison)
    {
        var common = Math.Min(_segments.Length, other._segments.Length);
        for (var i = 0; i < common; i++)
        {
            if (_segments[i] != "*" && other._segments[i] != "*" && !_segments[i].Equals(other._segments[i], comparison))
            {
                return false;
            }
        }

        return _segments.Length == other._segments.Length
            || (_segments.Length < other._segments.Length ? _subtree : other._subtree);
    }
}
