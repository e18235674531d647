namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches one wanted value of a filter.</summary>
internal abstract class ValueMatch
{
    /// <summary>The bytes that every line with a matching value contains. Empty if there are no such bytes.</summary>
    public virtual ReadOnlyMemory<byte> Literal => default;

    /// <summary>Whether the unescaped bytes of a field match.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> value);
}
