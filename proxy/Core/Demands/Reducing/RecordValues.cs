using System.Text.Json;
using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Reads the value of a member. A value of another type than the writer's counts as none.</summary>
internal sealed class RecordValues
{
    // Longer than any text of a record, which has at most 8 KiB.
    private const int MostText = 16 << 10;

    // More than any count or sequence number. Sums of these don't overflow.
    private const long MostNumber = 1L << 40;

    private readonly TextPool _pool = new();
    private readonly char[] _text = new char[MostText];
    private bool _isTooLong;

    /// <summary>Whether a text was longer than any of ours since the last call. Its record counts as truncated.</summary>
    public bool TakeTooLong()
    {
        var isTooLong = _isTooLong;
        _isTooLong = false;
        return isTooLong;
    }

    /// <summary>The known text, or else the text at the reader, so that the first of several texts counts.</summary>
    public string? First(ref Utf8JsonReader reader, string? known)
    {
        var text = Text(ref reader);
        return known ?? text;
    }

    public string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return Current(ref reader);
        }

        reader.Skip();
        return null;
    }

    /// <summary>The hash of a text, or 0. Pods come and go, so their uids are not worth a string.</summary>
    public ulong HashOfText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MostText)
        {
            return StableHash.Of(_text.AsSpan(0, reader.CopyString(_text)));
        }

        reader.Skip();
        return 0;
    }

    /// <summary>The text at the reader; null if it is longer than any of ours.</summary>
    public string? Current(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length <= MostText)
        {
            return _pool.Of(_text.AsSpan(0, reader.CopyString(_text)));
        }

        _isTooLong = true;
        return null;
    }

    public static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        var number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? Math.Clamp(value, 0, MostNumber) : 0;
        reader.Skip();
        return number;
    }

    public static bool Flag(ref Utf8JsonReader reader)
    {
        reader.Read();
        var flag = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return flag;
    }

    public static long Moment(ref Utf8JsonReader reader)
    {
        reader.Read();
        var ticks = 0L;
        var isMoment = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && RecordTime.TryReadAny(reader.ValueSpan, out ticks);
        reader.Skip();
        return isMoment ? ticks : 0;
    }

    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
