using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Looks at the rules of legacy iptables, by the socket options that iptables itself uses.</summary>
internal sealed class LegacyChangeDetector(ImmutableArray<string> tables) : IChangeDetector
{
    // SOL_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES (linux/netfilter_ipv4/ip_tables.h).
    private const int IpLevel = 0;
    private const int GetInfo = 64;
    private const int GetEntries = 65;

    // struct ipt_get_entries: the table's name, the size of its entries, padding; the entries follow.
    private const int EntriesHeader = 40;

    // Some 300,000 rules. A larger table is left to iptables.
    private const int MostBytes = 128 * 1024 * 1024;

    private byte[] _buffer = [];

    /// <summary>A table of the same size may have other rules.</summary>
    public bool SeesEveryChange => false;

    public UInt128? Version() => Ask<UInt128?>(socket =>
    {
        using var digest = new ChainDigest();
        Span<byte> info = stackalloc byte[LegacyTableInfo.Length];
        foreach (var table in tables)
        {
            Info(socket, table, info);
            digest.Add(info);
        }

        return digest.End();
    });

    public ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains) => Ask<ChainsFingerprint?>(socket =>
    {
        using var digest = new ChainDigest();
        var othersFirst = false;
        Span<byte> answer = stackalloc byte[LegacyTableInfo.Length];
        foreach (var table in chains.GroupBy(chain => chain.Table, StringComparer.Ordinal))
        {
            Info(socket, table.Key, answer);
            var info = new LegacyTableInfo(answer);
            var entries = new LegacyEntries(Entries(socket, table.Key, info.Size));
            foreach (var chain in table)
            {
                othersFirst |= LegacyFingerprint.AddTo(digest, info, entries, chain);
            }
        }

        return new ChainsFingerprint(digest.End(), othersFirst);
    });

    private static void Info(Socket socket, string table, Span<byte> info)
    {
        info.Clear();
        Encoding.ASCII.GetBytes(table, info[..LegacyTableInfo.NameLength]);
        if (socket.GetRawSocketOption(IpLevel, GetInfo, info) != info.Length)
        {
            throw new InvalidDataException("the kernel's answer about a table has a wrong length");
        }
    }

    // A table that changed between the two questions has another size, which the kernel refuses.
    private ReadOnlySpan<byte> Entries(Socket socket, string table, long size)
    {
        if (size > MostBytes)
        {
            throw new InvalidDataException($"the table {table} is too large to look at");
        }

        var length = EntriesHeader + (int)size;
        if (_buffer.Length < length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(length + (length / 4));
        }

        var question = _buffer.AsSpan(0, length);
        question[..EntriesHeader].Clear();
        Encoding.ASCII.GetBytes(table, question[..LegacyTableInfo.NameLength]);
        BinaryPrimitives.WriteUInt32LittleEndian(question[LegacyTableInfo.NameLength..], (uint)size);
        return socket.GetRawSocketOption(IpLevel, GetEntries, question) == length
            ? question[EntriesHeader..]
            : throw new InvalidDataException("the kernel's answer about a table's rules has a wrong length");
    }

    private static T? Ask<T>(Func<Socket, T> ask)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
            return ask(socket);
        }
        catch (Exception e) when (e is SocketException or InvalidDataException)
        {
            return default;
        }
    }
}
