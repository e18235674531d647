using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>
/// Selects lines of an audit log. Built by <see cref="AuditQueryBuilder"/>. Threads may share it, each with its own <see
/// cref="AuditLine"/>.
/// </summary>
public sealed class AuditQuery
{
    // Nearly every line contains one of these, so they do not narrow a search.
    private static readonly ImmutableArray<string> Common =
        ["request", "event", "allowed", "denied", "enforce", "audit", "GET", "rule", "no-rule"];

    private readonly ImmutableArray<AuditCondition> _conditions;
    private readonly ImmutableArray<(byte[] Text, bool Negated)> _texts;
    private readonly bool? _issued;
    private readonly byte[]? _since;
    private readonly byte[]? _until;

    internal AuditQuery(
        ImmutableArray<AuditCondition> conditions,
        ImmutableArray<(byte[] Text, bool Negated)> texts,
        bool? issued,
        DateTimeOffset? since,
        DateTimeOffset? until)
    {
        _conditions = conditions;
        _texts = texts;
        _issued = issued;
        Since = since;
        Until = until;
        _since = Format(since);
        _until = Format(until);
        Literals = ChooseLiterals();
    }

    /// <summary>The earliest time to include, or null.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>The end of the included times, exclusive, or null.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>Whether every line matches.</summary>
    public bool SelectsAll => _conditions.IsEmpty && _texts.IsEmpty && _issued is null && Since is null && Until is null;

    /// <summary>
    /// Every matching line contains at least one of these literals. Empty if the query has no such literals. A line without
    /// any of them need not be parsed; a line with one of them may still not match.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Literals { get; }

    /// <summary>Whether a line matches. <paramref name="fields"/> must have parsed it.</summary>
    public bool Matches(AuditLine fields, ReadOnlySpan<byte> line)
    {
        if (!InTime(fields.Get(line, AuditField.Time)) || (_issued is { } issued && fields.HasIssued != issued))
        {
            return false;
        }

        foreach (var (text, negated) in _texts)
        {
            if (line.IndexOf(text) >= 0 == negated)
            {
                return false;
            }
        }

        foreach (var condition in _conditions)
        {
            if (!condition.Matches(fields, line))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same conditions for the store: the WHERE clause of a statement on the table that <see cref="SqlColumns"/> describes.</summary>
    /// <exception cref="FormatException">The store can't compare in this way. The message says why.</exception>
    public string Sql()
    {
        List<string> parts = [SqlColumns.IsRecord];
        parts.AddRange(Since is { } since ? [$"ts >= {SqlText.Time(since)}"] : []);
        parts.AddRange(Until is { } until ? [$"ts < {SqlText.Time(until)}"] : []);
        parts.AddRange(_issued is { } issued ? [issued ? "issued" : "NOT issued"] : []);
        parts.AddRange(_texts.Select(static text => $"position(line, {SqlText.Quote(text.Text)}) {(text.Negated ? "=" : ">")} 0"));
        parts.AddRange(_conditions.Select(static condition => condition.Sql()));
        return string.Join(" AND ", parts);
    }

    // All times have the same format, so comparing bytes compares times.
    private bool InTime(ReadOnlySpan<byte> time) =>
        (_since is null || time.SequenceCompareTo(_since) >= 0) && (_until is null || time.SequenceCompareTo(_until) < 0);

    private static byte[]? Format(DateTimeOffset? moment) =>
        moment is { } m ? Encoding.ASCII.GetBytes(m.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) : null;

    private ImmutableArray<ReadOnlyMemory<byte>> ChooseLiterals()
    {
        var choices = _conditions.Select(condition => condition.Literals)
            .Concat(_texts.Where(text => !text.Negated && text.Text.Length > 2).Select(text => ImmutableArray.Create<ReadOnlyMemory<byte>>(text.Text)))
            .Append(_issued == true ? ["\"issued\""u8.ToArray()] : [])
            .Where(literals => literals.Length is > 0 and <= 4)
            .OrderBy(literals => literals.Any(IsCommon))
            .ThenBy(literals => literals.Length)
            .ThenByDescending(literals => literals.Min(literal => literal.Length));
        return choices.FirstOrDefault([]);
    }

    private static bool IsCommon(ReadOnlyMemory<byte> literal) =>
        Common.Contains(Encoding.UTF8.GetString(literal.Span).Trim('"'), StringComparer.Ordinal);
}
