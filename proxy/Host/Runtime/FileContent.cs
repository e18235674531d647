using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>Compares files with their last content. Files seldom change, so a comparison allocates nothing.</summary>
internal static class FileContent
{
    private const int Piece = 32 * 1024;

    /// <summary>Whether a file still has its last content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="last">The last content. For a file larger than the bound: its first bytes, one more than the bound.</param>
    /// <param name="maxBytes">The bound in bytes.</param>
    /// <param name="cancellation">Cancels the comparison.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<bool> IsStillAsync(string path, ReadOnlyMemory<byte> last, int maxBytes, CancellationToken cancellation)
    {
        using var file = BoundedFile.Open(path);
        if (Math.Min(RandomAccess.GetLength(file), maxBytes + 1L) != last.Length)
        {
            return false;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            return await IsStillAsync(file, last, buffer, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> IsStillAsync(SafeFileHandle file, ReadOnlyMemory<byte> last, byte[] buffer, CancellationToken cancellation)
    {
        var compared = 0;
        while (compared < last.Length)
        {
            var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, Math.Min(buffer.Length, last.Length - compared)), compared, cancellation);
            if (read == 0 || !last.Span.Slice(compared, read).SequenceEqual(buffer.AsSpan(0, read)))
            {
                return false;
            }

            compared += read;
        }

        return true;
    }
}
