using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>
/// Describes requests for credentials in words. Prefers cells in which IMDS answers with the requested identity and resource.
/// Other cells usually follow from these, so they are described only if there are no such cells.
/// </summary>
/// <param name="nameOf">The name of a client id: its alias, or "any other identity".</param>
internal sealed class CredentialText(Func<string, string> nameOf)
{
    private const string AnyOther = "any other resource";

    /// <summary>The requested and the answered resource of a witness: the same resource if possible.</summary>
    public static (ResourceAtom Asked, ResourceAtom? Answered) Example(CredentialCell cell) =>
        cell.Answered is null ? (cell.Asked[0], null)
        : cell.Asked.FirstOrDefault(cell.Answered.Has) is { } same ? (same, same)
        : (cell.Asked[0], cell.Answered.Resources[0]);

    /// <summary>How well a cell serves as an example: a request that names its identity and gets it is the easiest to understand.</summary>
    public static int Plainness(CredentialCell cell) =>
        (cell.IsNatural ? 8 : 0)
        + (cell.Extra.IsEmpty ? 4 : 0)
        + (cell.Selector.Selector?.Kind == SelectorKind.ClientId ? 2 : cell.Selector.IsNone ? 1 : 0)
        + (cell.Answered is { Audience: null, ResourceId: null } ? 1 : 0);

    public string Of(IReadOnlyCollection<CredentialCell> cells)
    {
        var natural = cells.Where(static cell => cell.IsNatural).ToList();
        var shown = natural.Count > 0 ? natural : [.. cells];
        var endpoint = RuleTerms.EndpointOf(shown[0].Slice);
        return $"{endpoint.Methods[0]} {endpoint.Path}: {Identities(shown)}{Manner(shown, natural.Count > 0)}";
    }

    private string Identities(List<CredentialCell> cells)
    {
        var resources = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var cell in cells)
        {
            var name = IdentityOf(cell);
            if (!resources.TryGetValue(name, out var named))
            {
                resources[name] = named = new SortedSet<string>(StringComparer.Ordinal);
            }

            named.UnionWith(ResourcesOf(cell));
        }

        return string.Join("; ", resources
            .GroupBy(static entry => ResourceNames(entry.Value), static entry => entry.Key, StringComparer.Ordinal)
            .Select(static same => NameAtomsText.Names([.. same]) + (same.Key.Length == 0 ? "" : $" for {same.Key}")));
    }

    private string IdentityOf(CredentialCell cell) => cell.Answered is { } answer ? nameOf(answer.ClientId)
        : cell.Selector.IsNone ? "any identity"
        : cell.Selector.ClientIds.OfType<string>().FirstOrDefault() is { } id ? nameOf(id)
        : "an unknown identity";

    private static IEnumerable<string> ResourcesOf(CredentialCell cell)
    {
        if (cell.Slice == Slice.Certificate)
        {
            return [];
        }

        var both = cell.Answered is null ? cell.Asked : cell.IsNatural ? cell.Asked.Where(cell.Answered.Has) : cell.Answered.Resources;
        return both.Select(static resource => resource.Text);
    }

    // If a resource is named, its other spellings add no information.
    private static string ResourceNames(SortedSet<string> names)
    {
        var plain = names.Where(static name => !name.StartsWith("another spelling", StringComparison.Ordinal)).ToList();
        var list = plain.Count > 0 ? plain : [.. names];
        return list.Remove(AnyOther) ? NameAtomsText.Names([.. list, AnyOther]) : NameAtomsText.Names(list);
    }

    private static string Manner(List<CredentialCell> cells, bool isNatural)
    {
        var manner = !isNatural ? ", where IMDS answers something else than was asked for"
            : cells.TrueForAll(static cell => cell.Selector.IsNone) ? ", asked for without naming an identity"
            : cells.TrueForAll(static cell => cell.Selector.Selector is { Kind: not SelectorKind.ClientId }) ? $", asked for by {cells[0].Selector.Selector!.Key}"
            : "";
        var keys = cells.TrueForAll(static cell => !cell.Extra.IsEmpty)
            ? $", with the query key {string.Join(", ", cells.SelectMany(static cell => cell.Extra).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}"
            : "";
        var audience = cells.TrueForAll(static cell => cell.Answered?.Audience is not null) ? $", in tokens for the application {cells[0].Answered!.Audience}" : "";
        var resourceId = cells.TrueForAll(static cell => cell.Answered?.ResourceId is not null) ? ", in tokens that name another resource id of the identity" : "";
        return manner + keys + audience + resourceId;
    }
}
