using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>Files that mostly are what they were: to look again and again costs no memory.</summary>
internal static class FileContent
{
    private const int Piece = 32 * 1024;

    /// <summary>Whether a file still holds what it held.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static async Task<bool> IsStillAsync(string path, ReadOnlyMemory<byte> last, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (LengthOf(file) != last.Length)
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

    // A pipe has none, and has to be read to know.
    private static long LengthOf(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (NotSupportedException)
        {
            return -1;
        }
    }

    private static async Task<bool> IsStillAsync(SafeFileHandle file, ReadOnlyMemory<byte> last, byte[] buffer, CancellationToken cancellation)
    {
        var compared = 0;
        while (await RandomAccess.ReadAsync(file, buffer, compared, cancellation) is > 0 and var read)
        {
            if (read > last.Length - compared || !last.Span.Slice(compared, read).SequenceEqual(buffer.AsSpan(0, read)))
            {
                return false;
            }

            compared += read;
        }

        return compared == last.Length;
    }
}
