using System.Buffers;
using System.Text;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// Escapes text for a JSON string of printable ASCII and truncates it to a size after escaping. Never truncates within an escape
/// or between the two escapes of a surrogate pair.
/// </summary>
internal static class EscapedText
{
    /// <summary>The characters that need no escape: printable ASCII except <c>"</c> and <c>\</c>.</summary>
    public static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Except("\"\\")]);

    private const int UnicodeEscape = 6;

    /// <summary>Writes as much of the escaped text as fits.</summary>
    /// <param name="text">The text. Half a surrogate pair becomes U+FFFD.</param>
    /// <param name="output">Receives the escaped text.</param>
    /// <param name="isCut">Whether some of the text did not fit.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<byte> output, out bool isCut)
    {
        var written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            var length = LengthOf(rune);
            if (length > output.Length - written)
            {
                isCut = true;
                return written;
            }

            Write(rune, output.Slice(written, length));
            written += length;
            text = text[consumed..];
        }

        isCut = false;
        return written;
    }

    private static int LengthOf(Rune rune) => rune.Value switch
    {
        '"' or '\\' or '\n' or '\r' or '\t' => 2,
        >= ' ' and <= '~' => 1,
        > char.MaxValue => 2 * UnicodeEscape,
        _ => UnicodeEscape,
    };

    private static void Write(Rune rune, Span<byte> output)
    {
        switch (output.Length)
        {
            case 1:
                output[0] = (byte)rune.Value;
                break;
            case 2:
                output[0] = (byte)'\\';
                output[1] = rune.Value switch { '\n' => (byte)'n', '\r' => (byte)'r', '\t' => (byte)'t', var same => (byte)same };
                break;
            default:
                WriteUnicode(rune, output);
                break;
        }
    }

    private static void WriteUnicode(Rune rune, Span<byte> output)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..rune.EncodeToUtf16(units)])
        {
            output[0] = (byte)'\\';
            output[1] = (byte)'u';
            for (var digit = 0; digit < 4; digit++)
            {
                output[2 + digit] = (byte)"0123456789ABCDEF"[(unit >> (12 - (4 * digit))) & 0xF];
            }

            output = output[UnicodeEscape..];
        }
    }
}
