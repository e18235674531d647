using System.Buffers.Binary;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>
/// The rules of one legacy table, as <c>IPT_SO_GET_ENTRIES</c> returns them (<c>struct ipt_entry</c> of
/// <c>linux/netfilter_ipv4/ip_tables.h</c>, on 64 bits). Each offset is validated before it is followed.
/// </summary>
internal readonly ref struct LegacyEntries(ReadOnlySpan<byte> entries)
{
    // Offsets in struct ipt_entry. The counters and fields private to the kernel lie between the two lengths and the matches.
    private const int TargetOffset = 88;
    private const int NextOffset = 90;
    private const int EntryLength = 112;

    // Offsets in struct xt_entry_target: the name, and the verdict of the standard target, whose name is empty.
    private const int TargetName = 2;
    private const int TargetNameLength = 29;
    private const int Verdict = 32;
    private const int StandardLength = 36;

    // A user-defined chain begins with an entry whose target is ERROR and holds the chain's name.
    private const int ChainName = 32;
    private const int ChainHeadLength = EntryLength + 64;

    private readonly ReadOnlySpan<byte> _entries = entries;

    /// <summary>The entry at an offset.</summary>
    /// <exception cref="InvalidDataException">No complete entry is at this offset.</exception>
    public ReadOnlySpan<byte> At(int offset)
    {
        if (offset < 0 || offset > _entries.Length - EntryLength)
        {
            throw new InvalidDataException("an iptables entry lies outside its table");
        }

        var entry = _entries[offset..];
        int target = BinaryPrimitives.ReadUInt16LittleEndian(entry[TargetOffset..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[NextOffset..]);
        return target >= EntryLength && length >= target + Verdict && length <= entry.Length
            ? entry[..length]
            : throw new InvalidDataException("an iptables entry has an invalid length");
    }

    /// <summary>Whether the entry is the head of the next chain, or the end of the table.</summary>
    public static bool IsHead(ReadOnlySpan<byte> entry) => Target(entry).Slice(TargetName, TargetNameLength).TrimEnd((byte)0).SequenceEqual("ERROR"u8);

    /// <summary>The offset that an entry jumps to, or null if it does not jump.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="offset">The offset of the entry. A rule without a target "jumps" to the entry after it.</param>
    public static int? Jump(ReadOnlySpan<byte> entry, int offset)
    {
        var verdict = VerdictOf(entry);
        return verdict >= 0 && verdict != offset + entry.Length ? verdict : null;
    }

    /// <summary>Whether the entry is a rule without a target.</summary>
    public static bool FallsThrough(ReadOnlySpan<byte> entry, int offset) => VerdictOf(entry) == offset + entry.Length;

    /// <summary>The name of the chain whose first rule is at this offset.</summary>
    /// <exception cref="InvalidDataException">No chain begins there.</exception>
    public ReadOnlySpan<byte> NameOfChainAt(int offset)
    {
        var head = At(offset - ChainHeadLength);
        return head.Length == ChainHeadLength && IsHead(head)
            ? Target(head)[ChainName..].TrimEnd((byte)0)
            : throw new InvalidDataException("an iptables jump does not lead to a chain");
    }

    /// <summary>Adds an entry without its counters, and without the offset of its jump, which changes when other chains change.</summary>
    public static void AddTo(ChainDigest digest, ReadOnlySpan<byte> entry, bool leadsOn)
    {
        var target = BinaryPrimitives.ReadUInt16LittleEndian(entry[TargetOffset..]);
        digest.Add(entry[..TargetOffset]);
        digest.Add(entry[EntryLength..target]);
        digest.Add(leadsOn ? "leads on"u8 : entry[target..]);
    }

    // Null for every target other than the standard target.
    private static int? VerdictOf(ReadOnlySpan<byte> entry)
    {
        var target = Target(entry);
        return target[TargetName] == 0 && target.Length >= StandardLength ? BinaryPrimitives.ReadInt32LittleEndian(target[Verdict..]) : null;
    }

    private static ReadOnlySpan<byte> Target(ReadOnlySpan<byte> entry) =>
        entry[BinaryPrimitives.ReadUInt16LittleEndian(entry[TargetOffset..])..];
}
