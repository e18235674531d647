using System.Security.Cryptography;

namespace ImdsProxy.Forward.Imds;

/// <summary>
/// Reads an answer. A credential is read into memory that the garbage collector never moves, so that wiping it leaves no copy. Other
/// answers use cheaper memory.
/// </summary>
/// <param name="max">The maximum size of the answer in bytes.</param>
/// <param name="isSecret">Whether the answer is a credential.</param>
internal sealed class AnswerBuffer(int max, bool isSecret) : IDisposable
{
    /// <summary>The maximum size of a credential answer in bytes. A token answer has about 2 KB, a certificate answer about 4 KB.</summary>
    public const int MaxCredential = 64 * 1024;

    /// <summary>The maximum size of any other answer in bytes. The instance document has a few KB; custom data and user data add at most 64 KB each, in base64 (Azure's limits).</summary>
    public const int MaxDocument = 512 * 1024;

    private const int First = 8 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Reads the whole answer. Returns false if the answer is too large.</summary>
    public async Task<bool> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var announced = content.Headers.ContentLength;
        if (announced > max)
        {
            return false;
        }

        // One byte more than announced, so that the end is found without growing.
        _buffer = New((int)(announced + 1 ?? First));
        using var stream = await content.ReadAsStreamAsync(cancellation);
        while (await stream.ReadAsync(_buffer.AsMemory(_length), cancellation) is > 0 and var read)
        {
            _length += read;
            if (_length > max)
            {
                return false;
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }
        }

        return true;
    }

    /// <summary>Hands the memory over to a new owner, which must wipe it.</summary>
    public byte[] Detach(out int length)
    {
        (var buffer, length) = (_buffer, _length);
        _buffer = [];
        return buffer;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private byte[] New(int size) => GC.AllocateUninitializedArray<byte>(size, pinned: isSecret);

    private void Grow()
    {
        var larger = New(Math.Min(_buffer.Length * 2, max + 1));
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_buffer);
        _buffer = larger;
    }
}
