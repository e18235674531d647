using System.Collections.Immutable;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>What one filter asks of a line: that one of its fields has one of the wanted values, or that none has.</summary>
internal sealed class AuditCondition(ImmutableArray<AuditField> fields, ImmutableArray<ValueMatch> wanted, bool negated)
{
    public bool Matches(AuditLine fieldsOf, ReadOnlySpan<byte> line) => Any(fieldsOf, line) != negated;

    /// <summary>Bytes of which any matching line holds at least one; empty where nothing can be told.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Literals =>
        negated || wanted.Any(value => value.Literal.Length < 3) ? [] : [.. wanted.Select(value => value.Literal)];

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
