using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>
/// Makes a query of filters. The same filter given twice means either; different filters mean both; a negated one
/// means none of its values.
/// </summary>
public sealed class AuditQueryBuilder
{
    private readonly List<(AuditFilter Filter, ValueMatch Match, bool Negated)> _given = [];
    private readonly List<(byte[] Text, bool Negated)> _texts = [];
    private bool? _issued;
    private DateTimeOffset? _since;
    private DateTimeOffset? _until;

    /// <summary>Adds a filter by its name, for example <c>pod</c>.</summary>
    /// <exception cref="FormatException">The value is none of this filter; the message shows an example.</exception>
    public void Add(string name, string value, bool negated)
    {
        if (AuditFilter.Find(name) is not { } filter)
        {
            throw new FormatException($"there is no filter '{name}'");
        }

        _given.Add((filter, filter.Parse(value), negated));
    }

    /// <summary>Asks for lines that tell of a credential that left, or of none.</summary>
    public void AddIssued(bool negated) => _issued = !negated;

    /// <summary>Asks for lines that hold a text anywhere.</summary>
    public void AddText(string text, bool negated) => _texts.Add((Encoding.UTF8.GetBytes(text), negated));

    /// <summary>Asks for lines from a moment on: a time before now such as <c>2h</c>, or RFC 3339.</summary>
    public void SetSince(string text, DateTimeOffset now) => _since = AuditMoment.Parse(text, now);

    /// <summary>Asks for lines before a moment.</summary>
    public void SetUntil(string text, DateTimeOffset now) => _until = AuditMoment.Parse(text, now);

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
