namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The terms of a standing by the client ids that they name, so that many identities cost no more than their own terms.</summary>
internal sealed class IdentityIndex
{
    private static readonly List<AllowTerm> NoAllows = [];
    private static readonly List<DenyTerm> NoDenies = [];

    private readonly List<AllowTerm> _anyAllows = [];
    private readonly List<DenyTerm> _anyDenies = [];
    private readonly Dictionary<string, List<AllowTerm>> _allows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DenyTerm>> _denies = new(StringComparer.Ordinal);

    /// <param name="standing">What holds.</param>
    /// <param name="allows">The standing's allows that accept the extra keys.</param>
    public IdentityIndex(Standing standing, IReadOnlyList<AllowTerm> allows)
    {
        Standing = standing;
        Allows = allows;
        foreach (var allow in allows)
        {
            if (allow.IsAnyIdentity)
            {
                _anyAllows.Add(allow);
            }
            else
            {
                AddAll(_allows, allow.Identities, allow);
            }
        }

        foreach (var deny in standing.Denies)
        {
            if (deny.IsAnyIdentity)
            {
                _anyDenies.Add(deny);
            }
            else
            {
                AddAll(_denies, deny.Identities, deny);
            }
        }
    }

    public Standing Standing { get; }

    /// <summary>All allows. These apply to a request that names no identity.</summary>
    public IReadOnlyList<AllowTerm> Allows { get; }

    /// <summary>The client ids that the terms name.</summary>
    public IEnumerable<string> ClientIds => _allows.Keys.Concat(_denies.Keys).Concat(Allows.Select(static allow => allow.Pin).OfType<string>());

    /// <summary>The allows that match an identity; null stands for an identity that no alias resolves.</summary>
    public IReadOnlyList<AllowTerm> AllowsOf(string? clientId) =>
        clientId is null ? _anyAllows : Join(_anyAllows, _allows.GetValueOrDefault(clientId, NoAllows));

    /// <summary>The denies that match an identity. Null stands for an unknown identity, which a deny by identity does not match yet.</summary>
    public IReadOnlyList<DenyTerm> DeniesOf(string? clientId) =>
        clientId is null ? _anyDenies : Join(_anyDenies, _denies.GetValueOrDefault(clientId, NoDenies));

    private static void AddAll<T>(Dictionary<string, List<T>> index, IEnumerable<string> names, T term)
    {
        foreach (var name in names)
        {
            if (!index.TryGetValue(name, out var named))
            {
                index[name] = named = [];
            }

            named.Add(term);
        }
    }

    private static List<T> Join<T>(List<T> any, List<T> named) => named.Count == 0 ? any : any.Count == 0 ? named : [.. any, .. named];
}
