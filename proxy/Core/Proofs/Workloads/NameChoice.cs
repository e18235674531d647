using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>A set of names: some atoms of a dimension.</summary>
/// <param name="All">All atoms of the dimension, as it was split here.</param>
/// <param name="Members">The atoms of the set.</param>
internal sealed record NameChoice(IReadOnlyList<NameAtom> All, IReadOnlyList<NameAtom> Members)
{
    /// <summary>A member; a mentioned name, if there is one.</summary>
    public string? Example => (Members.FirstOrDefault(static atom => atom.IsExact) ?? Members[0]).Example;
}
