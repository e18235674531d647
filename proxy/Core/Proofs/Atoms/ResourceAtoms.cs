using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>
/// The atoms of resources. Allows tell more spellings apart than denies do, so each resource that a deny mentions also has an atom
/// "another spelling", which only the deny matches.
/// </summary>
internal sealed class ResourceAtoms
{
    private readonly Dictionary<string, ResourceAtom> _atoms = new(StringComparer.Ordinal);

    /// <summary>The atoms of the mentioned resources, then the atoms of all other resources. Deterministic.</summary>
    /// <param name="allowed">The resources in allows, as written.</param>
    /// <param name="denied">The resources in denies, as written.</param>
    public List<ResourceAtom> Of(IEnumerable<string> allowed, IEnumerable<string> denied)
    {
        var byComparable = new SortedDictionary<string, ResourceAtom>(StringComparer.Ordinal);
        var broad = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var resource in allowed)
        {
            Add(resource);
        }

        foreach (var resource in denied)
        {
            broad.Add(Add(resource).Broad!);
        }

        var atoms = byComparable.Values.ToList();
        atoms.AddRange(broad.Select(name => AnotherSpelling(name, byComparable)));
        atoms.Add(Other(byComparable));
        return atoms;

        ResourceAtom Add(string resource)
        {
            var atom = Mentioned(resource);
            byComparable.TryAdd(atom.Comparable!, atom);
            return atom;
        }
    }

    private ResourceAtom Mentioned(string resource)
    {
        if (!_atoms.TryGetValue(resource, out var atom))
        {
            _atoms[resource] = atom = Of(resource, ResourceName.Comparable(resource));
        }

        return atom;
    }

    // The directory ignores slashes at the end, so these are spellings that a deny matches and that no allow mentions.
    private static ResourceAtom AnotherSpelling(string broad, SortedDictionary<string, ResourceAtom> mentioned)
    {
        var spelling = broad + "//";
        while (mentioned.ContainsKey(ResourceName.Comparable(spelling)))
        {
            spelling += "/";
        }

        return Of(spelling, $"another spelling of {broad}");
    }

    private static ResourceAtom Other(SortedDictionary<string, ResourceAtom> mentioned)
    {
        var number = 0;
        var name = "https://other.example";
        while (mentioned.Values.Any(atom => atom.Broad == name))
        {
            name = $"https://other-{++number}.example";
        }

        return Of(name, "any other resource");
    }

    private static ResourceAtom Of(string example, string text) =>
        new(example, ResourceName.Comparable(example), ResourceName.Broad(example), text);
}
