using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// A hash of pieces of bytes with a key that is drawn for each process. Two different inputs of equal <see cref="Words"/> have the same
/// hash for at most one in 2^64 keys, whatever the inputs are: this is NH of UMAC (Black and others, 1999) with words of 64 bits. A log is
/// written before its reader draws the key, so nobody can choose lines that collide.
/// </summary>
internal struct LineHash : IEquatable<LineHash>
{
    /// <summary>The most words of an input; the length of the key.</summary>
    public const int MostWords = 2048;

    private const int Word = sizeof(ulong);
    private const int Pair = 2 * Word;

    private static readonly ulong[] Key = NewKey();

    /// <summary>The number of words so far. Always even.</summary>
    public int Words { get; private set; }

    /// <summary>Whether the input was too long. Then the hash means nothing.</summary>
    public readonly bool IsTooLong => Words > MostWords;

    public ulong Low { get; private set; }

    public ulong High { get; private set; }

    /// <summary>
    /// Adds a piece: its length, which tells where it ends, and its bytes in pairs of words. The last pair overlaps the one before it.
    /// </summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        var words = 2 + (2 * ((piece.Length + Pair - 1) / Pair));
        if (Words + words > MostWords)
        {
            Words = MostWords + 2;
            return;
        }

        // In local variables, so that the sum stays in registers.
        var (low, high) = (Low, High);
        var key = Key.AsSpan(Words, words);
        AddPair((ulong)piece.Length + key[0], key[1], ref low, ref high);
        var place = 2;
        if (piece.Length < Pair)
        {
            if (!piece.IsEmpty)
            {
                AddPair(FirstWord(piece) + key[2], LastWord(piece) + key[3], ref low, ref high);
            }
        }
        else
        {
            for (var at = 0; at < piece.Length; at += Pair, place += 2)
            {
                var pair = piece.Slice(Math.Min(at, piece.Length - Pair), Pair);
                AddPair(BinaryPrimitives.ReadUInt64LittleEndian(pair) + key[place], BinaryPrimitives.ReadUInt64LittleEndian(pair[Word..]) + key[place + 1], ref low, ref high);
            }
        }

        (Low, High, Words) = (low, high, Words + words);
    }

    public readonly bool Equals(LineHash other) => (Low, High, Words) == (other.Low, other.High, other.Words);

    public override readonly bool Equals(object? obj) => obj is LineHash other && Equals(other);

    public override readonly int GetHashCode() => (int)High;

    private static void AddPair(ulong one, ulong other, ref ulong low, ref ulong high)
    {
        var upper = Math.BigMul(one, other, out var lower);
        low += lower;
        high += upper + (low < lower ? 1UL : 0);
    }

    // For pieces shorter than a pair: all bytes are in the first word or in the last one.
    private static ulong FirstWord(ReadOnlySpan<byte> piece) =>
        piece.Length >= Word ? BinaryPrimitives.ReadUInt64LittleEndian(piece) : Filled(piece);

    private static ulong LastWord(ReadOnlySpan<byte> piece) => piece.Length >= Word ? BinaryPrimitives.ReadUInt64LittleEndian(piece[^Word..]) : 0;

    private static ulong Filled(ReadOnlySpan<byte> piece)
    {
        var word = 0UL;
        for (var i = piece.Length - 1; i >= 0; i--)
        {
            word = (word << 8) | piece[i];
        }

        return word;
    }

    private static ulong[] NewKey()
    {
        var key = new ulong[MostWords];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(key.AsSpan()));
        return key;
    }
}
