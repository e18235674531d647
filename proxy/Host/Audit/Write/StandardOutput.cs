using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// The process's stdout, by write(2) itself: Console's stream takes a closed pipe for success, and a record that
/// nobody got must not pass for written.
/// </summary>
internal sealed partial class StandardOutput : IRecordOutput
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;

    public unsafe void Write(ReadOnlySpan<byte> lines)
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

    private static void ThrowUnlessTransient(int error)
    {
        switch (error)
        {
            case Interrupted:
                return;
            case TryAgain:
                // Whoever shares this descriptor has made it non-blocking; its reader is slow.
                Thread.Yield();
                return;
            default:
                throw new IOException($"stdout can't be written: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteSome(int descriptor, byte* bytes, nint count);
}
