using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>A hash that is the same in every process. Not for security: an attacker who chooses the text can find collisions.</summary>
internal static class StableHash
{
    // The parameters of the 64-bit FNV-1a hash, and the finalizer of MurmurHash3, which spreads its bits.
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Offset;
        foreach (var unit in MemoryMarshal.Cast<char, ushort>(text))
        {
            hash = (hash ^ unit) * Prime;
        }

        return Spread(hash);
    }

    /// <summary>The same hash of a text that consists of ASCII only.</summary>
    public static ulong OfAscii(ReadOnlySpan<byte> text)
    {
        var hash = Offset;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * Prime;
        }

        return Spread(hash);
    }

    private static ulong Spread(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
