namespace ImdsProxy.Core.Policy;

/// <summary>A canonical path in a permission. <c>*</c> matches one segment; <c>/**</c> at the end matches the path itself and everything below it.</summary>
public sealed record PathPattern
{
    private readonly string[] _segments;
    private readonly bool _subtree;

    private PathPattern(string text)
    {
        Text = text;
        _subtree = text.EndsWith("/**", StringComparison.Ordinal);
        var path = _subtree ? text[..^3] : text;
        _segments = path.Split('/')[1..];
        HasWildcard = _subtree || _segments.Contains("*", StringComparer.Ordinal);
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Whether the pattern contains a wildcard.</summary>
    public bool HasWildcard { get; }

    /// <summary>Creates a pattern. The text must be canonical: it begins with a slash and has no empty segment.</summary>
    public static PathPattern Of(string text) => new(text);

    /// <summary>Whether the pattern matches a canonical path.</summary>
    public bool Matches(string path, StringComparison comparison)
    {
        var rest = path.AsSpan(1);
        for (var i = 0; i < _segments.Length; i++)
        {
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (_segments[i] != "*" && !segment.Equals(_segments[i], comparison))
            {
                return false;
            }

            if (i == _segments.Length - 1)
            {
                return slash < 0 || _subtree;
            }

            if (slash < 0)
            {
                return false;
            }

            rest = rest[(slash + 1)..];
        }

        return _subtree;
    }

    /// <summary>Whether this pattern matches every path that the other matches, compared case-insensitively.</summary>
    public bool Covers(PathPattern other)
    {
        if (_segments.Length > other._segments.Length)
        {
            return false;
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] != "*" && !_segments[i].Equals(other._segments[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return _subtree || (_segments.Length == other._segments.Length && !other._subtree);
    }

    /// <summary>Whether any path matches both patterns, compared case-insensitively.</summary>
    public bool Meets(PathPattern other)
    {
        var common = Math.Min(_segments.Length, other._segments.Length);
        for (var i = 0; i < common; i++)
        {
            if (_segments[i] != "*" && other._segments[i] != "*" && !_segments[i].Equals(other._segments[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return (_segments.Length == common || other._subtree) && (other._segments.Length == common || _subtree);
    }

    public override string ToString() => Text;

    public bool Equals(PathPattern? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
