using System.Text;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.PolicySource;

/// <summary>A policy in one text or in several, and what of it was good last.</summary>
internal sealed class FragmentedPolicy(ActivePolicy policy)
{
    private IReadOnlyDictionary<string, ReadOnlyMemory<byte>> _good = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>Takes all texts as they are now.</summary>
    /// <returns>The texts that are in force of them, a broken one as it was before; null where all are refused.</returns>
    public async Task<IReadOnlyDictionary<string, string>?> OfferAsync(IReadOnlyDictionary<string, string> texts, string source)
    {
        var contents = texts.ToDictionary(static text => text.Key, static text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text.Value), StringComparer.Ordinal);
        var load = contents.Count == 1 ? Single(contents) : PolicyFragments.Load(contents, _good);
        await policy.TakeAsync(load.Load, contents.Count == 1 ? contents.Values.Single() : Together(load.InForce), source);
        if (load.Load.Document is null)
        {
            return null;
        }

        _good = load.InForce;
        return _good.ToDictionary(static text => text.Key, static text => Encoding.UTF8.GetString(text.Value.Span), StringComparer.Ordinal);
    }

    private static FragmentsLoad Single(Dictionary<string, ReadOnlyMemory<byte>> contents) =>
        new(PolicyLoader.Load(contents.Values.Single()), contents, []);

    // One document for the archive: {"a.json":…,"b.json":…}.
    private static byte[] Together(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments)
    {
        var members = fragments.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
            .Select(static entry => $"\"{System.Text.Json.JsonEncodedText.Encode(entry.Key)}\":{Encoding.UTF8.GetString(entry.Value.Span)}");
        return Encoding.UTF8.GetBytes($"{{{string.Join(",\n", members)}}}");
    }
}
