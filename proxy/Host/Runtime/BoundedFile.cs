using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>
/// Reads files that another program writes: only regular files, and never more than a bound. A device never ends, and a pipe
/// blocks its reader until a writer opens it.
/// </summary>
internal static partial class BoundedFile
{
    /// <summary>The bound of most files, in bytes: the size limit of a ConfigMap.</summary>
    public const int Usual = 1 << 20;

    // linux/fcntl.h, the same on amd64 and arm64.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    // On 32-bit and 64-bit Arm the number is different (<asm/fcntl.h>).
    private static readonly int NoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    // linux/errno.h.
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int NotDirectory = 20;

    // linux/stat.h: the bits of st_mode that hold the type, and the type of a regular file.
    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;

    /// <summary>The whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The maximum size in bytes.</param>
    /// <exception cref="IOException">The file can't be read, is not a regular file, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to read the file.</exception>
    public static byte[] Read(string path, int maxBytes = Usual) =>
        ReadStart(path, maxBytes) is var content && content.Length <= maxBytes
            ? content
            : throw new IOException($"{path} is larger than {maxBytes} bytes; larger files are not read");

    /// <summary>The whole file as text, without a byte order mark.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string path, int maxBytes = Usual) => Encoding.UTF8.GetString(Read(path, maxBytes)).TrimStart('\uFEFF');

    /// <summary>
    /// Reads the file. If the file is larger than the bound, reads one byte more than the bound, so that the caller can refuse
    /// the file.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The maximum size in bytes.</param>
    /// <param name="followsLink">False for a file that a less trusted process could replace by a link.</param>
    /// <exception cref="IOException">The file can't be read, is not a regular file, or is a link.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to read the file.</exception>
    public static byte[] ReadStart(string path, int maxBytes = Usual, bool followsLink = true)
    {
        using var file = Open(path, followsLink);
        var content = new byte[Math.Min(RandomAccess.GetLength(file), maxBytes) + 1];
        var length = 0;
        while (RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var read)
        {
            length += read;
            if (length == content.Length)
            {
                if (length > maxBytes)
                {
                    return content;
                }

                // The file has grown, or it is a kernel file, whose length is not known in advance.
                Array.Resize(ref content, (int)Math.Min((length * 2L) + 1, maxBytes + 1L));
            }
        }

        Array.Resize(ref content, length);
        return content;
    }

    /// <summary>Opens a regular file. Does not block if the path names anything else.</summary>
    /// <exception cref="IOException">The file can't be opened, or is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to read the file.</exception>
    public static SafeFileHandle Open(string path, bool followsLink = true)
    {
        var descriptor = OpenFile(path, NonBlocking | CloseOnExec | (followsLink ? 0 : NoFollow));
        if (descriptor < 0)
        {
            throw Failure(path, Marshal.GetLastPInvokeError());
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if ((FileStatus.Of(file).Mode & TypeMask) == RegularFile)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"{path} is not a regular file; put one there: devices, pipes and directories are not read");
    }

    private static Exception Failure(string path, int error)
    {
        var why = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            NoEntry => new FileNotFoundException(why),
            NotDirectory => new DirectoryNotFoundException(why),
            AccessDenied => new UnauthorizedAccessException(why),
            _ => new IOException(why),
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);
}
