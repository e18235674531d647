namespace ImdsProxy.Core.Redaction;

/// <summary>
/// The part of a document that one permission shows, at one position. <c>redact</c> hides the named fields, <c>keep</c>
/// hides all others.
/// </summary>
/// <param name="Keeps">Whether this is a <c>keep</c> filter.</param>
/// <param name="Node">The named fields below this position; unused unless <paramref name="Sight"/> is <c>Partly</c>.</param>
/// <param name="Sight">The visible extent of the value at this position.</param>
internal readonly record struct FieldFilter(bool Keeps, FieldNode Node, Sight Sight)
{
    public static FieldFilter Of(bool keeps, IEnumerable<string> fields) => new(keeps, FieldNode.Of(fields), Sight.Partly);

    /// <summary>Returns the filter one step deeper.</summary>
    public FieldFilter Below(string step) =>
        Sight != Sight.Partly ? this
        : Node.Child(step) is not { } child ? this with { Sight = Keeps ? Sight.Hidden : Sight.Shown }
        : child.IsEnd ? this with { Sight = Keeps ? Sight.Shown : Sight.Hidden }
        : this with { Node = child };
}
