using System.Buffers.Binary;
using System.Numerics;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The parts of a line that are not left out.</summary>
internal sealed class LinePieces
{
    private const int Most = 16;

    private readonly (int Start, int Length)[] _pieces = new (int, int)[Most];
    private int _count;
    private int _length;

    /// <summary>The bytes that <see cref="CopyTo"/> writes.</summary>
    public int Size => _length + (2 * _count);

    public void Clear() => (_count, _length) = (0, 0);

    public void Add(int start, int end)
    {
        _pieces[_count++] = (start, end - start);
        _length += end - start;
    }

    /// <summary>Copies the remaining pieces, preceded by their lengths.</summary>
    /// <param name="line">The line.</param>
    /// <param name="target">At least <see cref="Size"/> bytes.</param>
    public void CopyTo(ReadOnlySpan<byte> line, Span<byte> target)
    {
        var at = 2 * _count;
        for (var i = 0; i < _count; i++)
        {
            var (start, length) = _pieces[i];
            BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * i)..], (ushort)length);
            line.Slice(start, length).CopyTo(target[at..]);
            at += length;
        }
    }

    /// <summary>Whether the line equals another one apart from the values that are left out.</summary>
    /// <param name="line">The line.</param>
    /// <param name="other">What <see cref="CopyTo"/> wrote for the other line.</param>
    public bool Equals(ReadOnlySpan<byte> line, ReadOnlySpan<byte> other)
    {
        var at = 2 * _count;
        for (var i = 0; i < _count; i++)
        {
            var (start, length) = _pieces[i];
            if (BinaryPrimitives.ReadUInt16LittleEndian(other[(2 * i)..]) != length || !line.Slice(start, length).SequenceEqual(other.Slice(at, length)))
            {
                return false;
            }

            at += length;
        }

        return at == other.Length;
    }

    /// <summary>A hash of the pieces. A collision costs a comparison, so it needs no secret.</summary>
    public uint HashOf(ReadOnlySpan<byte> line)
    {
        var hash = (uint)_count;
        for (var i = 0; i < _count; i++)
        {
            var piece = line.Slice(_pieces[i].Start, _pieces[i].Length);
            for (; piece.Length >= sizeof(ulong); piece = piece[sizeof(ulong)..])
            {
                hash = BitOperations.Crc32C(hash, BinaryPrimitives.ReadUInt64LittleEndian(piece));
            }

            foreach (var rest in piece)
            {
                hash = BitOperations.Crc32C(hash, rest);
            }
        }

        return hash;
    }
}
