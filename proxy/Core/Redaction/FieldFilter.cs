namespace ImdsProxy.Core.Redaction;

/// <summary>What one permission shows of a document, at one place of it: <c>redact</c> hides what it names, <c>keep</c> all else.</summary>
/// <param name="Keeps">Whether it is a <c>keep</c>.</param>
/// <param name="Node">The fields it names below this place; without meaning once all is decided.</param>
/// <param name="Sight">What is shown at this place.</param>
internal readonly record struct FieldFilter(bool Keeps, FieldNode Node, Sight Sight)
{
    public static FieldFilter Of(bool keeps, IEnumerable<string> fields) => new(keeps, FieldNode.Of(fields), Sight.Partly);

    /// <summary>The same one step further down.</summary>
    public FieldFilter Below(string step) =>
        Sight != Sight.Partly ? this
        : Node.Child(step) is not { } child ? this with { Sight = Keeps ? Sight.Hidden : Sight.Shown }
        : child.IsEnd ? this with { Sight = Keeps ? Sight.Shown : Sight.Hidden }
        : this with { Node = child };
}
