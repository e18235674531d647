using System.Buffers;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// A request's line without the values that differ in each line: time, id, place in the chain, address, pod, sizes, expiry, token id and
/// durations. Two lines that are equal apart from these have the same structure, so they mean the same to a reducer except for their time,
/// sequence number and pod, which are read on the way.
/// <para>
/// This holds for any valid JSON: a value is left out only if it is a number or a text without escapes, and no text of a pod can
/// contain the unescaped quotes of a member's name. A line that has another form has fewer values left out, or none.
/// </para>
/// </summary>
internal sealed class MaskedLine
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> Decimals = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."u8);
    private static readonly SearchValues<byte> Quotes = SearchValues.Create("\"\\"u8);

    // Kubernetes allows no longer name, and its uids have 36 characters.
    private const int MostName = 253;

    private readonly RecordTime _time = new();
    private readonly LinePieces _pieces = new();
    private int _from;
    private int _at;

    public long Ticks { get; private set; }

    public long Seq { get; private set; }

    /// <summary>Whether the pod's name and uid are left out.</summary>
    public bool HasPod => PodMark.Words > 0;

    /// <summary>The hash of the pod's name and uid, if they are left out.</summary>
    public LineHash PodMark { get; private set; }

    /// <summary>The place of the pod's name in the line, if it is left out.</summary>
    public Range Pod { get; private set; }

    /// <summary>The place of the pod's uid in the line, if it is left out.</summary>
    public Range Uid { get; private set; }

    /// <summary>The hash of the parts between the values that are left out.</summary>
    public LineHash Hash { get; private set; }

    /// <summary>Finds the values to leave out. Returns false if the line is not a request in the writer's form.</summary>
    public bool TryMask(ReadOnlySpan<byte> line)
    {
        _pieces.Clear();
        (_from, _at, Seq, PodMark) = (0, 0, 0, default);
        if (!MaskStart(line))
        {
            return false;
        }

        if (Find(line, ",\"seq\":"u8))
        {
            MaskSeq(line);
        }

        if (Find(line, ",\"caller\":{\"ip\":\""u8) && MaskText(line) && Follows(line, "\",\"port\":"u8))
        {
            MaskNumber(line, Digits);
            MaskPod(line);
        }

        if (Find(line, ",\"response\":{\"status\":"u8))
        {
            SkipNumber(line);
            if (Follows(line, ",\"bytes\":"u8))
            {
                MaskNumber(line, Digits);
            }
        }

        MaskCredential(line);
        MaskDurations(line);
        _pieces.Add(_from, line.Length);
        Hash = _pieces.HashOf(line);
        return true;
    }

    // The writer begins each request's line in this way.
    private bool MaskStart(ReadOnlySpan<byte> line)
    {
        var begin = "{\"ts\":\""u8;
        var next = "\",\"kind\":\"request\",\"id\":\""u8;
        if (line.Length is > ushort.MaxValue or < 64 || !line.StartsWith(begin) || !line[(begin.Length + RecordTime.Length)..].StartsWith(next))
        {
            return false;
        }

        if (!_time.TryRead(line.Slice(begin.Length, RecordTime.Length), out var ticks))
        {
            return false;
        }

        Ticks = ticks;
        _at = begin.Length;
        LeaveOut(RecordTime.Length);
        _at += next.Length;
        return MaskText(line);
    }

    private void MaskSeq(ReadOnlySpan<byte> line)
    {
        var seq = 0L;
        var end = _at;
        while (end < line.Length && end - _at < 18 && char.IsAsciiDigit((char)line[end]))
        {
            seq = (seq * 10) + (line[end++] - '0');
        }

        if (end > _at && end < line.Length && line[end] is (byte)',' or (byte)'}')
        {
            Seq = seq;
            LeaveOut(end - _at);
            if (Follows(line, ",\"prev\":\""u8))
            {
                MaskText(line);
            }
        }
    }

    // Leaves out both texts or none: a meaning takes its pod from the mask or from the parsed line. Whether the parser finds the same pod is
    // checked for the first of equal lines.
    private void MaskPod(ReadOnlySpan<byte> line)
    {
        var start = line[_at..].IndexOf(",\"pod\":\""u8);
        if (start < 0)
        {
            return;
        }

        var name = _at + start + ",\"pod\":\""u8.Length;
        var middle = "\",\"uid\":\""u8;
        var nameLength = line[name..].IndexOfAnyExcept(NameLetters);
        if (nameLength is <= 0 or > MostName || !line[(name + nameLength)..].StartsWith(middle))
        {
            return;
        }

        var uid = name + nameLength + middle.Length;
        var uidLength = line[uid..].IndexOfAnyExcept(NameLetters);
        if (uidLength is <= 0 or > MostName || line[uid + uidLength] != '"')
        {
            return;
        }

        var mark = default(LineHash);
        mark.Add(line[name..(uid + uidLength)]);
        (PodMark, Pod, Uid) = (mark, name..(name + nameLength), uid..(uid + uidLength));
        _at = name;
        LeaveOut(nameLength);
        _at = uid;
        LeaveOut(uidLength);
    }

    private void MaskCredential(ReadOnlySpan<byte> line)
    {
        var before = _at;
        if (Find(line, ",\"expiresOn\":\""u8) && MaskText(line) && Follows(line, "\",\"tokenId\":\""u8))
        {
            MaskText(line);
        }
        else if (_at == before && Find(line, ",\"tokenId\":\""u8))
        {
            MaskText(line);
        }
    }

    private void MaskDurations(ReadOnlySpan<byte> line)
    {
        if (Find(line, ",\"upstream\":{\"status\":"u8))
        {
            SkipNumber(line);
            if (Follows(line, ",\"ms\":"u8))
            {
                MaskNumber(line, Decimals);
            }

            if (Follows(line, ",\"cached\":"u8))
            {
                MaskNumber(line, Letters);
            }
        }

        if (Find(line, ",\"ms\":"u8))
        {
            MaskNumber(line, Decimals);
        }
    }

    // Moves behind the next occurrence of a text.
    private bool Find(ReadOnlySpan<byte> line, ReadOnlySpan<byte> text)
    {
        var found = line[_at..].IndexOf(text);
        _at += found < 0 ? 0 : found + text.Length;
        return found >= 0;
    }

    private bool Follows(ReadOnlySpan<byte> line, ReadOnlySpan<byte> text)
    {
        var follows = line[_at..].StartsWith(text);
        _at += follows ? text.Length : 0;
        return follows;
    }

    private void SkipNumber(ReadOnlySpan<byte> line)
    {
        var length = line[_at..].IndexOfAnyExcept(Digits);
        _at += Math.Max(0, length);
    }

    private void MaskNumber(ReadOnlySpan<byte> line, SearchValues<byte> characters)
    {
        var length = line[_at..].IndexOfAnyExcept(characters);
        if (length > 0 && line[_at + length] is (byte)',' or (byte)'}')
        {
            LeaveOut(length);
        }
    }

    private bool MaskText(ReadOnlySpan<byte> line)
    {
        var length = line[_at..].IndexOfAny(Quotes);
        if (length < 0 || line[_at + length] != '"')
        {
            return false;
        }

        LeaveOut(length);
        return true;
    }

    private void LeaveOut(int length)
    {
        _pieces.Add(_from, _at);
        _at += length;
        _from = _at;
    }
}
