using System.Collections.Immutable;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>The condition of one filter: some field has one of the wanted values or, if negated, none has.</summary>
internal sealed class AuditCondition(ImmutableArray<AuditField> fields, ImmutableArray<ValueMatch> wanted, bool negated)
{
    public bool Matches(AuditLine fieldsOf, ReadOnlySpan<byte> line) => Any(fieldsOf, line) != negated;

    /// <summary>Literals of which every matching line contains at least one; empty if there are none to rely on.</summary>
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
