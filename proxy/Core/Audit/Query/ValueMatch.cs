namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches one wanted value of a filter.</summary>
internal abstract class ValueMatch
{
    /// <summary>The bytes that every line with a matching value contains. Empty if there are no such bytes.</summary>
    public virtual ReadOnlyMemory<byte> Literal => default;

    /// <summary>Whether the unescaped bytes of a field match.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> value);

    /// <summary>The same condition on a column of the store. It is true, false or, for a record without the field, false or NULL.</summary>
    /// <exception cref="FormatException">The store can't compare in this way. The message says why.</exception>
    public abstract string Sql(AuditField field);
}
