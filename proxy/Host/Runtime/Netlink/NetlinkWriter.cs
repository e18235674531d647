using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ImdsProxy.Runtime.Netlink;

/// <summary>Writes netlink attributes (<c>struct nlattr</c>), nested ones included.</summary>
internal sealed class NetlinkWriter
{
    private const int HeaderLength = 4;

    // NLA_F_NESTED.
    private const int NestedFlag = 0x8000;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <exception cref="ArgumentException">The value is too long for an attribute.</exception>
    public NetlinkWriter Bytes(int type, params ReadOnlySpan<byte> value)
    {
        var length = HeaderLength + value.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(value));
        var aligned = NetlinkMessages.Align(length);
        var attribute = _bytes.GetSpan(aligned)[..aligned];
        attribute.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], (ushort)type);
        value.CopyTo(attribute[HeaderLength..]);
        _bytes.Advance(aligned);
        return this;
    }

    /// <summary>A text with its terminating zero.</summary>
    public NetlinkWriter Text(int type, string text) => Bytes(type, Encoding.ASCII.GetBytes(text + '\0'));

    /// <summary>A number in network byte order.</summary>
    public NetlinkWriter Number(int type, uint number)
    {
        Span<byte> value = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, number);
        return Bytes(type, value);
    }

    /// <summary>A long number in network byte order.</summary>
    public NetlinkWriter LongNumber(int type, ulong number)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, number);
        return Bytes(type, value);
    }

    /// <summary>Attributes that are written already.</summary>
    public NetlinkWriter Raw(ReadOnlySpan<byte> attributes)
    {
        _bytes.Write(attributes);
        return this;
    }

    /// <summary>An attribute that consists of attributes.</summary>
    public NetlinkWriter Nested(int type, Action<NetlinkWriter> write)
    {
        var inner = new NetlinkWriter();
        write(inner);
        return Bytes(type | NestedFlag, inner.Written);
    }
}
