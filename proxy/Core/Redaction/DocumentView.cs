using System.Collections.Immutable;

namespace ImdsProxy.Core.Redaction;

/// <summary>The visible part of the instance document: everything that at least one of its permissions shows. Immutable.</summary>
public sealed class DocumentView
{
    private readonly ImmutableArray<FieldFilter> _filters;
    private readonly string _text;

    private DocumentView(ImmutableArray<FieldFilter> filters, string text)
    {
        _filters = filters;
        _text = text;
    }

    /// <summary>Shows everything except these fields.</summary>
    /// <param name="fields">Paths from the root of the document, such as <c>compute.tags</c>; <c>*</c> stands for any
    /// array element.</param>
    public static DocumentView Redact(ImmutableArray<string> fields) => Of("redact", keeps: false, fields);

    /// <summary>Shows only these fields.</summary>
    /// <inheritdoc cref="Redact"/>
    public static DocumentView Keep(ImmutableArray<string> fields) => Of("keep", keeps: true, fields);

    public override string ToString() => _text;

    /// <summary>The fields of the permission, as its author wrote them. Empty for a combination of views.</summary>
    internal ImmutableArray<string> Fields { get; private init; } = [];

    /// <summary>Whether <see cref="Fields"/> are the only visible ones. Otherwise they are the hidden ones.</summary>
    internal bool IsKeep { get; private init; }

    /// <summary>The visible extent of the value at this position.</summary>
    internal Sight Sight
    {
        get
        {
            var sight = Sight.Hidden;
            foreach (var filter in _filters)
            {
                sight = filter.Sight < sight ? filter.Sight : sight;
            }

            return sight;
        }
    }

    /// <summary>The names of the fields at this position that some permission distinguishes from others.</summary>
    internal IEnumerable<string> Names => _filters
        .Where(static filter => filter.Sight == Sight.Partly)
        .SelectMany(static filter => filter.Node.Names)
        .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the view one step deeper.</summary>
    internal DocumentView Below(string step) => new(_filters.Select(filter => filter.Below(step)).ToImmutableArray(), _text);

    /// <summary>Combines two views. A field is visible if either view shows it.</summary>
    internal DocumentView Or(DocumentView other) => new(_filters.AddRange(other._filters), $"{_text} or {other._text}");

    private static DocumentView Of(string word, bool keeps, ImmutableArray<string> fields) =>
        new([FieldFilter.Of(keeps, fields)], $"{word} [{string.Join(',', fields)}]") { Fields = fields, IsKeep = keeps };
}
