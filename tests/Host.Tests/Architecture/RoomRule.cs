using System.Collections.Immutable;

namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>Which folder of an assembly's root may use which.</summary>
/// <param name="Root">The namespace below which the rooms are.</param>
/// <param name="Leaf">The room that all may use and that uses none.</param>
/// <param name="Composition">The rooms that may use all others; what comes later in the list may use what comes before, never the other way.</param>
internal sealed record RoomRule(string Root, string Leaf, ImmutableArray<string> Composition)
{
    /// <summary>The uses that break the rule.</summary>
    public IReadOnlyList<TypeUse> Broken(IEnumerable<TypeUse> uses) => [.. uses.Where(use => !Allows(Room(use.FromNamespace), Room(use.ToNamespace)))];

    private bool Allows(string? from, string? to) =>
        from is null || to is null || from == to || from.Length == 0
        || to == Leaf
        || (from != Leaf && Composition.IndexOf(from) > Composition.IndexOf(to));

    // The first part below the root; empty for the root itself, null for what is not of this assembly.
    private string? Room(string ns) =>
        ns == Root ? ""
        : ns.StartsWith(Root + ".", StringComparison.Ordinal) ? ns[(Root.Length + 1)..].Split('.')[0]
        : null;
}
