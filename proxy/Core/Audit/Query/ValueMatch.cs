namespace ImdsProxy.Core.Audit.Query;

/// <summary>One wanted value.</summary>
internal abstract class ValueMatch
{
    /// <summary>Bytes that any line with such a value holds; empty where there are none.</summary>
    public virtual ReadOnlyMemory<byte> Literal => default;

    /// <summary>Whether the bytes of a field, unescaped, are such a value.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> value);
}
