using System.Collections.Immutable;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>The condition of one filter: at least one field has a wanted value or, if negated, no field has a wanted value.</summary>
internal sealed class AuditCondition(ImmutableArray<AuditField> fields, ImmutableArray<ValueMatch> wanted, bool negated)
{
    public bool Matches(AuditLine fieldsOf, ReadOnlySpan<byte> line) => Any(fieldsOf, line) != negated;

    /// <summary>Every matching line contains at least one of these literals. Empty if the condition has no such literals.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Literals =>
        negated || wanted.Any(value => value.Literal.Length < 3) ? [] : [.. wanted.Select(value => value.Literal)];

    /// <summary>The same condition for the store.</summary>
    /// <exception cref="FormatException">The store can't compare in this way. The message says why.</exception>
    public string Sql()
    {
        var any = string.Join(" OR ", fields.SelectMany(field => wanted.Select(match => match.Sql(field))));
        // NOT NULL would be NULL, so a record without the field would be missing.
        return negated ? $"NOT ifNull({any}, 0)" : $"({any})";
    }

    private bool Any(AuditLine fieldsOf, ReadOnlySpan<byte> line)
    {
        foreach (var field in fields)
        {
            if (fieldsOf.Has(field) && AnyWanted(fieldsOf.Get(line, field)))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyWanted(ReadOnlySpan<byte> value)
    {
        foreach (var match in wanted)
        {
            if (match.Matches(value))
            {
                return true;
            }
        }

        return false;
    }
}
