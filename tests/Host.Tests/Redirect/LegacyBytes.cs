using System.Buffers.Binary;
using System.Text;
using ImdsProxy.Redirect.Kernel;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>Builds a legacy table as the kernel returns it: the built-in chains, then the user-defined chains, each with its rules.</summary>
internal sealed class LegacyBytes
{
    private const int Accept = -2;
    private const int Return = -5;

    private readonly List<byte> _entries = [];
    private readonly Dictionary<string, int> _chains = new(StringComparer.Ordinal);
    private readonly List<(int At, string Chain)> _jumps = [];
    private int _first;
    private int _policy;

    /// <summary>The table <c>raw</c> with the chain PREROUTING. A rule has a match, a packet counter, and the chain it jumps to (null: accept).</summary>
    public static (byte[] Info, byte[] Entries) Raw((string Compares, int Packets, string? Jump)[] rules, params (string Name, string[] Rules)[] chains)
    {
        var table = new LegacyBytes();
        table._first = table._entries.Count;
        foreach (var (compares, packets, jump) in rules)
        {
            table.Rule(compares, packets, jump);
        }

        table._policy = table._entries.Count;
        table.Entry("", 9, Verdict(Accept));
        foreach (var (name, own) in chains)
        {
            table.Head(name);
            table._chains[name] = table._entries.Count;
            Array.ForEach(own, rule => table.Rule(rule, 0, null));
            table.Entry("", 0, Verdict(Return));
        }

        table.Head("ERROR");
        return table.End();
    }

    private (byte[] Info, byte[] Entries) End()
    {
        var entries = _entries.ToArray();
        foreach (var (at, chain) in _jumps)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entries.AsSpan(at), _chains[chain]);
        }

        var info = new byte[LegacyTableInfo.Length];
        "raw"u8.CopyTo(info);
        info[32] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(36), _first);
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(56), _policy);
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(80), entries.Length);
        return (info, entries);
    }

    private void Rule(string compares, int packets, string? jump)
    {
        Entry(compares, packets, Verdict(Accept));
        if (jump is not null)
        {
            _jumps.Add((_entries.Count - 8, jump));
        }
    }

    private void Head(string name)
    {
        var target = new byte[64];
        target[0] = 64;
        "ERROR"u8.CopyTo(target.AsSpan(2));
        Encoding.ASCII.GetBytes(name, target.AsSpan(32));
        Entry("", 0, target);
    }

    private static byte[] Verdict(int verdict)
    {
        var target = new byte[40];
        target[0] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(target.AsSpan(32), verdict);
        return target;
    }

    private void Entry(string match, int packets, byte[] target)
    {
        var length = 112 + match.Length;
        var entry = new byte[length];
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(88), (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(90), (ushort)(length + target.Length));
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(96), packets);
        Encoding.ASCII.GetBytes(match, entry.AsSpan(112));
        _entries.AddRange(entry);
        _entries.AddRange(target);
    }
}
