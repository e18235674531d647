using System.Collections.Immutable;

namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>Says which folders below an assembly's root namespace may use which others.</summary>
/// <param name="Root">The namespace that contains the rooms.</param>
/// <param name="Leaf">The room that all others may use and that uses none.</param>
/// <param name="Composition">The rooms that may use all other rooms. A later room in the list may use the earlier ones, never the reverse.</param>
internal sealed record RoomRule(string Root, string Leaf, ImmutableArray<string> Composition)
{
    /// <summary>The uses that break the rule.</summary>
    public IReadOnlyList<TypeUse> Broken(IEnumerable<TypeUse> uses) => [.. uses.Where(use => !Allows(Room(use.FromNamespace), Room(use.ToNamespace)))];

    private bool Allows(string? from, string? to) =>
        from is null || to is null || from == to || from.Length == 0
        || to == Leaf
        || (from != Leaf && Composition.IndexOf(from) > Composition.IndexOf(to));

    // The first namespace segment below the root; empty for the root itself, null outside this assembly.
    private string? Room(string ns) =>
        ns == Root ? ""
        : ns.StartsWith(Root + ".", StringComparison.Ordinal) ? ns[(Root.Length + 1)..].Split('.')[0]
        : null;
}
