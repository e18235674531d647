using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Reads the rules of legacy iptables with the socket options that iptables itself uses.</summary>
internal sealed class LegacyChangeDetector(ImmutableArray<string> tables) : IChangeDetector
{
    // SOL_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES (linux/netfilter_ipv4/ip_tables.h).
    private const int IpLevel = 0;
    private const int GetInfo = 64;
    private const int GetEntries = 65;

    // struct ipt_get_entries: the table's name, the size of its entries and padding. The entries follow.
    private const int EntriesHeader = 40;

    // Enough for about 300,000 rules. A larger table is left to iptables.
    private const int MaxBytes = 128 * 1024 * 1024;

    private byte[] _buffer = [];

    /// <summary>False: the version covers only sizes, and rules can change without changing the size of their table.</summary>
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
        Span<byte> reply = stackalloc byte[LegacyTableInfo.Length];
        foreach (var table in chains.GroupBy(chain => chain.Table, StringComparer.Ordinal))
        {
            Info(socket, table.Key, reply);
            var info = new LegacyTableInfo(reply);
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
            throw new InvalidDataException("the kernel's answer about a table has the wrong length");
        }
    }

    // If the table changed between the two calls, the size no longer fits and the kernel refuses the second call.
    private ReadOnlySpan<byte> Entries(Socket socket, string table, long size)
    {
        if (size > MaxBytes)
        {
            throw new InvalidDataException($"the table {table} is too large to read");
        }

        var length = EntriesHeader + (int)size;
        if (_buffer.Length < length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(length + (length / 4));
        }

        var request = _buffer.AsSpan(0, length);
        request[..EntriesHeader].Clear();
        Encoding.ASCII.GetBytes(table, request[..LegacyTableInfo.NameLength]);
        BinaryPrimitives.WriteUInt32LittleEndian(request[LegacyTableInfo.NameLength..], (uint)size);
        return socket.GetRawSocketOption(IpLevel, GetEntries, request) == length
            ? request[EntriesHeader..]
            : throw new InvalidDataException("the kernel's answer about a table's rules has the wrong length");
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
