namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches one wanted value of a filter.</summary>
internal abstract class ValueMatch
{
    /// <summary>Bytes that every line with a matching value contains; empty if there are none.</summary>
    public virtual ReadOnlyMemory<byte> Literal => default;

    /// <summary>Whether the unescaped bytes of a field match.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> value);
}
