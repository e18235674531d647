using System.Buffers.Binary;

namespace ImdsProxy.Runtime.Netlink;

/// <summary>Walks the messages of one netlink datagram (<c>struct nlmsghdr</c>, netlink(7)). An invalid length ends the walk with an exception.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    public const int HeaderLength = 16;

    // Messages are aligned to four bytes (NLMSG_ALIGNTO).
    private const int Alignment = 4;

    private ReadOnlySpan<byte> _rest = datagram;

    public ushort Type { get; private set; }

    public ushort Flags { get; private set; }

    public uint Sequence { get; private set; }

    public ReadOnlySpan<byte> Body { get; private set; }

    /// <exception cref="InvalidDataException">The datagram does not consist of complete messages.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = _rest.Length < HeaderLength ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < HeaderLength || length > _rest.Length)
        {
            throw new InvalidDataException("a netlink message has an invalid length");
        }

        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]);
        Body = _rest[HeaderLength..(int)length];
        _rest = _rest[Math.Min(_rest.Length, Align((int)length))..];
        return true;
    }

    public static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}
