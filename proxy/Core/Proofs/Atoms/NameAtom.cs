namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>
/// Names that no mentioned pattern tells apart: one mentioned name; or all names with a mentioned beginning, except those that a longer
/// mentioned pattern matches; or the absence of a name.
/// </summary>
internal sealed class NameAtom
{
    /// <param name="text">The name as a policy writes it: <c>shop</c> or <c>shop-*</c>; <c>*</c> for all names that nothing mentions.</param>
    /// <param name="example">A member, or null for the absence of a name.</param>
    /// <param name="parent">The longest mentioned beginning that includes this atom, or null.</param>
    public NameAtom(string text, string? example, NameAtom? parent)
    {
        Text = text;
        Example = example;
        Parent = parent;
    }

    public string Text { get; }

    public string? Example { get; }

    public NameAtom? Parent { get; }

    /// <summary>Whether this is one mentioned name.</summary>
    public bool IsExact => Example is not null && !Text.EndsWith('*');

    /// <summary>Whether this is the absence of a name.</summary>
    public bool IsNone => Example is null;
}
