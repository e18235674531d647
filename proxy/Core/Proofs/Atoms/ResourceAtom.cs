namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>Resources that no permission tells apart.</summary>
/// <param name="Example">A member as a request writes it, or null for a request that names no resource.</param>
/// <param name="Comparable">The member in the form that an allow compares, or null.</param>
/// <param name="Broad">The member in the form that a deny compares, or null.</param>
/// <param name="Text">The atom in words.</param>
internal sealed record ResourceAtom(string? Example, string? Comparable, string? Broad, string Text)
{
    /// <summary>The atom of token requests that name no resource, and of all certificates.</summary>
    public static ResourceAtom None { get; } = new(null, null, null, "no resource");
}
