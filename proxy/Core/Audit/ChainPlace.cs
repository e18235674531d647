using System.Buffers;
using System.Buffers.Text;

namespace ImdsProxy.Core.Audit;

/// <summary>A line's place in the chain of its instance, as written in the line: <c>,"seq":4711,"prev":"9c1e…"</c>.</summary>
public static class ChainPlace
{
    private const int MostDigits = 20;

    /// <summary>Writes the place.</summary>
    /// <param name="output">Receives the place.</param>
    /// <param name="seq">The line's sequence number, from 1.</param>
    /// <param name="prev">The hash of the previous line, in hex. Empty for a line outside the chain.</param>
    public static void Write(IBufferWriter<byte> output, long seq, ReadOnlySpan<byte> prev)
    {
        output.Write(",\"seq\":"u8);
        Utf8Formatter.TryFormat(seq, output.GetSpan(MostDigits), out var digits);
        output.Advance(digits);
        if (!prev.IsEmpty)
        {
            output.Write(",\"prev\":\""u8);
            output.Write(prev);
            output.Write("\""u8);
        }
    }
}
