using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// The selectors of requests. A client id stands for itself. An object or resource id gets its own atom only if policies resolve it
/// differently. Otherwise it is decided like its client id, or like an unknown id.
/// </summary>
internal sealed class SelectorAtoms
{
    /// <summary>A resource id that no policy mentions, because its subscription does not exist in Azure.</summary>
    public const string UnmentionedResourceId = "/subscriptions/proof/resourceGroups/proof/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other";

    private readonly ImmutableArray<IdentityTable> _tables;
    private readonly List<SelectorAtom> _mixed = [];
    private readonly SelectorAtom _unresolved;

    /// <param name="documents">The policies.</param>
    /// <param name="tables">Their aliases.</param>
    public SelectorAtoms(IReadOnlyList<PolicyDocument> documents, IEnumerable<IdentityTable> tables)
    {
        _tables = [.. tables];
        var aliases = documents.SelectMany(static document => document.Identities).ToList();
        AddMixed(aliases.Select(static alias => alias.ObjectId).OfType<string>().Distinct(StringComparer.Ordinal), SelectorKind.ObjectId);
        AddMixed(aliases.Select(static alias => alias.ResourceId).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase), SelectorKind.MsiResourceId);
        var ids = aliases.SelectMany(static alias => new[] { alias.ClientId, alias.ObjectId }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        _unresolved = new SelectorAtom(new IdentitySelector(SelectorKind.ObjectId, Unmentioned(ids, "00000000-0000-4000-9000-")), [.. _tables.Select(static _ => (string?)null)]);
        Differing = aliases.Select(static alias => alias.ClientId).Where(IsDiffering).ToImmutableSortedSet(StringComparer.Ordinal);
    }

    /// <summary>The client ids whose resource id differs among the policies. Only some of the policies may refuse a token that names such a resource id.</summary>
    public ImmutableSortedSet<string> Differing { get; }

    /// <summary>Whether the policies resolve every selector alike and know the same resource ids.</summary>
    public bool AreSame => _mixed.Count == 0 && Differing.IsEmpty;

    /// <summary>A client id that is not among these.</summary>
    public static string Unmentioned(IReadOnlySet<string> ids, string stem = "00000000-0000-4000-8000-")
    {
        for (var number = 1; ; number++)
        {
            var id = $"{stem}{number:x12}";
            if (!ids.Contains(id))
            {
                return id;
            }
        }
    }

    /// <summary>The selector that names an identity by its client id.</summary>
    public SelectorAtom OfClientId(string id) => new(new IdentitySelector(SelectorKind.ClientId, id), [.. _tables.Select(_ => id)]);

    /// <summary>The selectors to tell apart if these client ids matter.</summary>
    /// <param name="clientIds">The client ids, including one that stands for all unmentioned client ids.</param>
    public IEnumerable<SelectorAtom> For(IReadOnlySet<string> clientIds)
    {
        yield return SelectorAtom.None;
        foreach (var id in clientIds)
        {
            yield return OfClientId(id);
        }

        yield return _unresolved;
        var seen = new HashSet<(string?, string?)>();
        foreach (var mixed in _mixed)
        {
            if (seen.Add((Mentioned(mixed.ClientIds[0]), Mentioned(mixed.ClientIds[^1]))))
            {
                yield return mixed;
            }
        }

        string? Mentioned(string? id) => id is null || clientIds.Contains(id) ? id : "*";
    }

    /// <summary>The resource id that a policy knows for a client id, or null.</summary>
    public string? ResourceIdOf(int side, string clientId) => _tables[Math.Min(side, _tables.Length - 1)].ByClientId(clientId)?.ResourceId;

    private void AddMixed(IEnumerable<string> values, SelectorKind kind)
    {
        foreach (var value in values.Order(StringComparer.Ordinal))
        {
            var selector = new IdentitySelector(kind, value);
            ImmutableArray<string?> resolved = [.. _tables.Select(table => table.Resolve(selector))];
            if (resolved.Distinct(StringComparer.Ordinal).Count() > 1)
            {
                _mixed.Add(new SelectorAtom(selector, resolved));
            }
        }
    }

    private bool IsDiffering(string clientId) =>
        _tables.Select(table => table.ByClientId(clientId)?.ResourceId).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1;
}
