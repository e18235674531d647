using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>
/// Builds a query from filters. Repeating a filter means "or", different filters mean "and", and a negated filter
/// excludes all its values.
/// </summary>
public sealed class AuditQueryBuilder
{
    private readonly List<(AuditFilter Filter, ValueMatch Match, bool Negated)> _given = [];
    private readonly List<(byte[] Text, bool Negated)> _texts = [];
    private bool? _issued;
    private DateTimeOffset? _since;
    private DateTimeOffset? _until;

    /// <summary>Adds a filter by name, for example <c>pod</c>.</summary>
    /// <exception cref="FormatException">The filter is unknown or the value is invalid. The message for a value shows an
    /// example.</exception>
    public void Add(string name, string value, bool negated)
    {
        if (AuditFilter.Find(name) is not { } filter)
        {
            throw new FormatException($"unknown filter '{name}'");
        }

        _given.Add((filter, filter.Parse(value), negated));
    }

    /// <summary>Adds a term of any kind.</summary>
    /// <exception cref="FormatException">The filter is unknown or the value is invalid.</exception>
    public void Add(AuditTerm term)
    {
        switch (term.Name)
        {
            case AuditTerm.Issued:
                AddIssued(term.Negated);
                break;
            case AuditTerm.Text:
                AddText(term.Value, term.Negated);
                break;
            default:
                Add(term.Name, term.Value, term.Negated);
                break;
        }
    }

    /// <summary>Selects lines that record an issued credential or, if negated, lines that do not.</summary>
    public void AddIssued(bool negated) => _issued = !negated;

    /// <summary>Selects lines that contain a text anywhere or, if negated, lines that do not.</summary>
    public void AddText(string text, bool negated) => _texts.Add((Encoding.UTF8.GetBytes(text), negated));

    /// <summary>Selects lines from a time on, given as a duration before now such as <c>2h</c> or as an RFC 3339 timestamp.</summary>
    public void SetSince(string text, DateTimeOffset now) => _since = AuditMoment.Parse(text, now);

    /// <summary>Selects lines before a time, in the same formats.</summary>
    public void SetUntil(string text, DateTimeOffset now) => _until = AuditMoment.Parse(text, now);

    /// <summary>Selects lines of a time range.</summary>
    public void SetRange(DateTimeOffset? since, DateTimeOffset? until) => (_since, _until) = (since, until);

    public AuditQuery Build() => new(
        [
            .. _given.GroupBy(one => (one.Filter, one.Negated))
                .Select(same => new AuditCondition(same.Key.Filter.Fields, [.. same.Select(one => one.Match)], same.Key.Negated)),
        ],
        [.. _texts],
        _issued,
        _since,
        _until);
}
