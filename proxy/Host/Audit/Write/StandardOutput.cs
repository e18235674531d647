using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// The process's stdout, written with write(2). The stream of <c>Console</c> ignores a closed pipe, but a record that no reader
/// got must not count as written.
/// </summary>
internal sealed partial class StandardOutput : IRecordOutput
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short Writable = 4;
    private const int Forever = -1;

    // Two chains of one process share stdout, and a pipe accepts a large batch in pieces.
    private static readonly Lock Turn = new();

    public unsafe void Write(ReadOnlySpan<byte> lines)
    {
        lock (Turn)
        {
            fixed (byte* start = lines)
            {
                var done = 0;
                while (done < lines.Length)
                {
                    var written = WriteSome(Descriptor, start + done, lines.Length - done);
                    if (written < 0)
                    {
                        ThrowUnlessTransient(Marshal.GetLastPInvokeError());
                        continue;
                    }

                    done += (int)written;
                }
            }
        }
    }

    private static void ThrowUnlessTransient(int error)
    {
        switch (error)
        {
            case Interrupted:
                return;
            case TryAgain:
                // Another process that shares this descriptor has made it non-blocking, and its reader is slow.
                var wanted = new Wanted { Descriptor = Descriptor, Events = Writable };
                _ = Await(ref wanted, 1, Forever);
                return;
            default:
                throw new IOException($"stdout cannot be written: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteSome(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Await(ref Wanted wanted, nuint count, int milliseconds);

    // struct pollfd.
    [StructLayout(LayoutKind.Sequential)]
    private struct Wanted
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
