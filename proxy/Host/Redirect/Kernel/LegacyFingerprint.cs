using System.Text;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Adds one of our chains, and the built-in chain that jumps to it, to a digest. The digest depends only on the kernel's answers.</summary>
internal static class LegacyFingerprint
{
    /// <returns>Whether a jump to another product's chain comes before our jump.</returns>
    /// <exception cref="InvalidDataException">The kernel's answers contradict each other.</exception>
    public static bool AddTo(ChainDigest digest, LegacyTableInfo info, LegacyEntries entries, ManagedChain chain)
    {
        var ours = Encoding.ASCII.GetBytes(chain.Name);
        var (offset, policy) = info.Chain(chain.Hook);
        var othersFirst = false;
        int? found = null;
        digest.Add(chain.Table);
        digest.Add(chain.Hook);
        while (offset <= policy)
        {
            var entry = entries.At(offset);
            var jump = Add(digest, entries, entry, offset);
            if (jump is { } to)
            {
                found ??= entries.NameOfChainAt(to).SequenceEqual(ours) ? to : null;
                othersFirst |= found is null;
            }

            offset += entry.Length;
        }

        if (found is { } own)
        {
            AddChain(digest, entries, own);
        }

        return othersFirst;
    }

    private static void AddChain(ChainDigest digest, LegacyEntries entries, int offset)
    {
        digest.Add("chain");
        for (var entry = entries.At(offset); !LegacyEntries.IsHead(entry); entry = entries.At(offset))
        {
            Add(digest, entries, entry, offset);
            offset += entry.Length;
        }
    }

    private static int? Add(ChainDigest digest, LegacyEntries entries, ReadOnlySpan<byte> entry, int offset)
    {
        var jump = LegacyEntries.Jump(entry, offset);
        LegacyEntries.AddTo(digest, entry, jump is not null || LegacyEntries.FallsThrough(entry, offset));
        if (jump is { } to)
        {
            digest.Add(entries.NameOfChainAt(to));
        }

        return jump;
    }
}
