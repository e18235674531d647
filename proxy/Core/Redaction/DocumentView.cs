using System.Collections.Immutable;

namespace ImdsProxy.Core.Redaction;

/// <summary>What may be seen of the instance document: what any of the permissions that make it shows. Immutable.</summary>
public sealed class DocumentView
{
    private readonly ImmutableArray<FieldFilter> _filters;
    private readonly string _text;

    private DocumentView(ImmutableArray<FieldFilter> filters, string text)
    {
        _filters = filters;
        _text = text;
    }

    /// <summary>All but these fields.</summary>
    /// <param name="fields">Paths from the root of the document, <c>compute.tags</c>; <c>*</c> is any element of an array.</param>
    public static DocumentView Redact(ImmutableArray<string> fields) => Of("redact", keeps: false, fields);

    /// <summary>These fields alone.</summary>
    /// <inheritdoc cref="Redact"/>
    public static DocumentView Keep(ImmutableArray<string> fields) => Of("keep", keeps: true, fields);

    public override string ToString() => _text;

    /// <summary>How much of the value at this place may be seen.</summary>
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

    /// <summary>The view of what is one step further down.</summary>
    internal DocumentView Below(string step) => new(_filters.Select(filter => filter.Below(step)).ToImmutableArray(), _text);

    /// <summary>What either shows.</summary>
    internal DocumentView Or(DocumentView other) => new(_filters.AddRange(other._filters), $"{_text} or {other._text}");

    private static DocumentView Of(string word, bool keeps, ImmutableArray<string> fields) =>
        new([FieldFilter.Of(keeps, fields)], $"{word} [{string.Join(',', fields)}]");
}
