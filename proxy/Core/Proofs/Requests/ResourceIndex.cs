using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The terms that apply to one identity, by the resources that they name.</summary>
internal sealed class ResourceIndex
{
    private readonly bool _isCertificate;
    private readonly List<AllowTerm> _anyAllows = [];
    private readonly List<DenyTerm> _anyDenies = [];
    private readonly Dictionary<string, List<AllowTerm>> _allows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DenyTerm>> _denies = new(StringComparer.Ordinal);

    /// <param name="allows">The allows that apply.</param>
    /// <param name="denies">The denies that apply.</param>
    /// <param name="isCertificate">Whether a certificate is asked for, which every deny by resource matches.</param>
    public ResourceIndex(IReadOnlyList<AllowTerm> allows, IReadOnlyList<DenyTerm> denies, bool isCertificate)
    {
        _isCertificate = isCertificate;
        Allows = allows;
        Denies = denies;
        foreach (var allow in allows)
        {
            Add(allow);
        }

        foreach (var deny in denies)
        {
            Add(deny);
        }
    }

    public IReadOnlyList<AllowTerm> Allows { get; }

    public IReadOnlyList<DenyTerm> Denies { get; }

    /// <summary>The allows that match a resource.</summary>
    public IEnumerable<AllowTerm> AllowsOf(ResourceAtom resource) =>
        resource.Comparable is { } name && _allows.TryGetValue(name, out var named) ? _anyAllows.Concat(named) : _anyAllows;

    /// <summary>The denies that match a resource, or the audience of a token.</summary>
    public IEnumerable<DenyTerm> DeniesOf(ResourceAtom resource, string? audience = null)
    {
        IEnumerable<DenyTerm> denies = _anyDenies;
        if (resource.Broad is { } name && _denies.TryGetValue(name, out var named))
        {
            denies = denies.Concat(named);
        }

        return audience is not null && _denies.TryGetValue(audience, out var ofAudience) ? denies.Concat(ofAudience) : denies;
    }

    /// <summary>The application ids among the denied resources, which an audience may equal.</summary>
    public IEnumerable<string> Audiences => _denies.Keys.Where(static name => Guid.TryParseExact(name, "D", out _));

    private void Add(AllowTerm allow)
    {
        if (allow.IsAnyResource)
        {
            _anyAllows.Add(allow);
        }

        foreach (var name in allow.IsAnyResource ? [] : allow.Comparables)
        {
            Named(_allows, name).Add(allow);
        }
    }

    private void Add(DenyTerm deny)
    {
        if (deny.IsAnyResource || _isCertificate)
        {
            _anyDenies.Add(deny);
            return;
        }

        foreach (var name in deny.Broads)
        {
            Named(_denies, name).Add(deny);
        }
    }

    private static List<T> Named<T>(Dictionary<string, List<T>> index, string name)
    {
        if (!index.TryGetValue(name, out var named))
        {
            index[name] = named = [];
        }

        return named;
    }
}
