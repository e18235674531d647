namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>The identities that selectors name, as the answers in a log show.</summary>
internal sealed class LearnedIdentities
{
    private readonly Dictionary<(string Kind, string Selector), Named> _names = [];

    public static LearnedIdentities Of(DemandTable table)
    {
        var learned = new LearnedIdentities();
        foreach (var demand in table.Demands)
        {
            if (demand is { Key: { SelectorKind: not null, Selector: { } selector, IsCut: false }, Answer: { } answer })
            {
                learned.Add((KindOf(demand.Key.SelectorKind), selector.ToLowerInvariant()), new Named(answer.ClientId, selector));
            }
        }

        return learned;
    }

    /// <summary>The client id of the identity that a demand names. Null if it names no identity, or if no answer shows it.</summary>
    public string? ClientIdOf(DemandKey key) =>
        key is not { SelectorKind: not null, Selector: not null } ? null
        : key.SelectorKind == "client_id" ? key.Selector
        : _names.GetValueOrDefault((KindOf(key.SelectorKind), key.Selector.ToLowerInvariant())).ClientId;

    /// <summary>The names of an identity for a kind of selector, without names that another identity has too. Sorted.</summary>
    /// <param name="kind"><c>object_id</c> or <c>msi_res_id</c>.</param>
    /// <param name="clientId">The identity's client id.</param>
    public IEnumerable<string> NamesOf(string kind, string clientId) => _names
        .Where(entry => entry.Key.Kind == kind && entry.Value.ClientId == clientId)
        .Select(static entry => entry.Value.Spelling)
        .Order(StringComparer.Ordinal);

    // A name for which IMDS answered with two identities identifies neither.
    private void Add((string Kind, string Selector) name, Named added) => _names[name] =
        !_names.TryGetValue(name, out var known) ? added
        : new Named(known.ClientId == added.ClientId ? known.ClientId : null, string.CompareOrdinal(known.Spelling, added.Spelling) <= 0 ? known.Spelling : added.Spelling);

    private static string KindOf(string kind) => kind == "mi_res_id" ? "msi_res_id" : kind;

    // The spelling is the first one in order, so that it is the same in every run.
    private readonly record struct Named(string? ClientId, string Spelling);
}
