using System.Security.Cryptography;

namespace ImdsProxy.Audit.Chain;

/// <summary>The hash that links a line to the previous one.</summary>
internal static class ChainHash
{
    /// <summary>The <c>prev</c> of an instance's first line.</summary>
    public static readonly string Genesis = new('0', SHA256.HashSizeInBytes * 2);

    /// <summary>Computes the SHA-256 of a line without its line feed, in lower-case hex.</summary>
    public static void Of(ReadOnlySpan<byte> line, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }

    /// <summary>Does the same with a reused hash object, because creating a hash object in OpenSSL for each line is slow.</summary>
    public static void Of(IncrementalHash sha256, ReadOnlySpan<byte> line, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha256.AppendData(line);
        sha256.GetHashAndReset(hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }
}
