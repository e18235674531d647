namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>A path pattern while its segments are compared one after the other.</summary>
/// <param name="Id">Its index, by which its owner finds its meaning.</param>
/// <param name="Segments">The segments; <c>*</c> matches any, <see cref="Number"/> any number.</param>
/// <param name="IsSubtree">Whether everything below matches as well.</param>
/// <param name="Comparison">How segments are compared.</param>
internal sealed record PathTerm(int Id, string[] Segments, bool IsSubtree, StringComparison Comparison)
{
    /// <summary>Stands for the number of an array element. No path holds this character.</summary>
    public const string Number = "#";

    /// <summary>A term of a pattern as a policy writes it.</summary>
    public static PathTerm Of(int id, string pattern, StringComparison comparison)
    {
        var isSubtree = pattern.EndsWith("/**", StringComparison.Ordinal);
        var path = isSubtree ? pattern[..^3] : pattern;
        return new PathTerm(id, path.Length == 0 ? [] : path[1..].Split('/'), isSubtree, comparison);
    }

    /// <summary>Whether a path of this many segments, all of which matched, is matched.</summary>
    public bool Accepts(int depth) => Segments.Length == depth || (IsSubtree && Segments.Length < depth);

    /// <summary>Whether the term matches every path below, so that it no longer needs to be compared.</summary>
    public bool IsSettled(int depth) => IsSubtree && Segments.Length <= depth;

    /// <summary>Whether the segment at this depth can match.</summary>
    public bool Matches(int depth, string segment) => depth >= Segments.Length ? IsSubtree : Segments[depth] switch
    {
        "*" => true,
        Number => !segment.AsSpan().ContainsAnyExceptInRange('0', '9'),
        var own => own.Equals(segment, Comparison),
    };

    /// <summary>Whether the term names the segment at this depth.</summary>
    public bool Names(int depth) => depth < Segments.Length && Segments[depth] is not ("*" or Number);
}
