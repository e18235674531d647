using System.Buffers.Text;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches numbers in a range, both ends included.</summary>
internal sealed class NumberMatch(double least, double most) : ValueMatch
{
    public override bool Matches(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out double number, out var read) && read == value.Length && number >= least && number <= most;

    public override string Sql(AuditField field)
    {
        var column = SqlColumns.Name(field);
        // The status 0 stands for no response.
        var atLeast = SqlText.Number(least) is { } low ? $"{column} >= {low}{(field == AuditField.Status ? $" AND {column} > 0" : "")}" : "0";
        return most < double.MaxValue ? $"({atLeast} AND {column} <= {SqlText.Number(most)})" : $"({atLeast})";
    }
}
