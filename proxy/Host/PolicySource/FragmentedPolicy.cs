using System.Text;
using System.Text.Json;

namespace ImdsProxy.PolicySource;

/// <summary>A policy that consists of one or more texts, with the last valid content of each text.</summary>
internal sealed class FragmentedPolicy(ActivePolicy policy)
{
    private IReadOnlyDictionary<string, ReadOnlyMemory<byte>> _good = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>Takes the current content of all texts.</summary>
    /// <returns>The texts in force, with the earlier content in place of each invalid text; null if the policy is refused.</returns>
    public async Task<PolicyTexts?> OfferAsync(PolicyTexts texts, string source)
    {
        var load = texts.Load(_good, policy.Loaded);
        await policy.TakeAsync(load.Load, texts.IsSingle ? texts.ByName.Values.Single() : Together(load.InForce), source);
        if (load.Load.Document is null)
        {
            return null;
        }

        _good = load.InForce;
        return new PolicyTexts(_good);
    }

    // One document for the archive: {"a.json":…,"b.json":…}.
    private static byte[] Together(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments)
    {
        var members = fragments.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
            .Select(static entry => $"\"{JsonEncodedText.Encode(entry.Key)}\":{Encoding.UTF8.GetString(entry.Value.Span)}");
        return Encoding.UTF8.GetBytes($"{{{string.Join(",\n", members)}}}");
    }
}
