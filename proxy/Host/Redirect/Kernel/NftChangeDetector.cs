using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Reads the rules of nf_tables over netlink.</summary>
internal sealed class NftChangeDetector(Func<IDatagrams> open) : IChangeDetector
{
    /// <summary>True: the kernel counts every transaction of every process.</summary>
    public bool SeesEveryChange => true;

    public UInt128? Version() => Ask(static tables => (UInt128?)tables.Generation());

    public ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains) => Ask<ChainsFingerprint?>(tables =>
    {
        using var digest = new ChainDigest();
        var othersFirst = false;
        foreach (var chain in chains)
        {
            othersFirst |= AddHook(digest, tables, chain);
            digest.Add(chain.Name);
            tables.Rules(NfTablesMessage.IPv4, chain.Table, chain.Name, (_, rule) => NftRule.AddTo(digest, rule));
        }

        return new ChainsFingerprint(digest.End(), othersFirst);
    });

    // Returns whether a jump to another product's chain comes before our jump.
    private static bool AddHook(ChainDigest digest, NfTables tables, ManagedChain chain)
    {
        var (found, othersFirst) = (false, false);
        digest.Add(chain.Table);
        digest.Add(chain.Hook);
        tables.Rules(NfTablesMessage.IPv4, chain.Table, chain.Hook, (_, rule) =>
        {
            var jump = NftRule.AddTo(digest, rule);
            found |= jump == chain.Name;
            othersFirst |= !found && jump is not null;
        });
        return othersFirst;
    }

    private T? Ask<T>(Func<NfTables, T> ask)
    {
        try
        {
            var datagrams = open();
            using var end = datagrams as IDisposable;
            return ask(new NfTables(datagrams));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return default;
        }
    }
}
