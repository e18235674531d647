using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Hashes the rules that were read. The hash is cryptographic, so that nobody can craft a rule that hides a change.</summary>
internal sealed class ChainDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a part and its length, so that no two sequences of parts give the same input.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        _hash.AppendData(length);
        _hash.AppendData(part);
    }

    public void Add(string part) => Add(Encoding.UTF8.GetBytes(part));

    public UInt128 End()
    {
        Span<byte> all = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(all);
        return BinaryPrimitives.ReadUInt128LittleEndian(all);
    }

    public void Dispose() => _hash.Dispose();
}
