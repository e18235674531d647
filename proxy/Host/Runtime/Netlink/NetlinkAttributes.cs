using System.Buffers.Binary;
using System.Text;

namespace ImdsProxy.Runtime.Netlink;

/// <summary>Walks netlink attributes (<c>struct nlattr</c>). An invalid length ends the walk with an exception.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> attributes)
{
    private const int HeaderLength = 4;

    // The two highest bits are flags: nested, and network byte order (NLA_TYPE_MASK).
    private const int TypeMask = 0x3fff;
    private const int NestedFlag = 0x8000;

    private ReadOnlySpan<byte> _rest = attributes;

    public int Type { get; private set; }

    /// <summary>Whether the sender says that the value consists of attributes. The kernel does not always say so.</summary>
    public bool IsNested { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value as a number in network byte order.</summary>
    /// <exception cref="InvalidDataException">The value is not four bytes long.</exception>
    public readonly uint Number => Value.Length == sizeof(uint)
        ? BinaryPrimitives.ReadUInt32BigEndian(Value)
        : throw new InvalidDataException("a netlink number is not four bytes long");

    /// <summary>The value as text, without its terminating zero.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <exception cref="InvalidDataException">The bytes do not consist of complete attributes.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = _rest.Length < HeaderLength ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < HeaderLength || length > _rest.Length)
        {
            throw new InvalidDataException("a netlink attribute has an invalid length");
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]);
        (Type, IsNested) = (type & TypeMask, (type & NestedFlag) != 0);
        Value = _rest[HeaderLength..length];
        _rest = _rest[Math.Min(_rest.Length, NetlinkMessages.Align(length))..];
        return true;
    }
}
