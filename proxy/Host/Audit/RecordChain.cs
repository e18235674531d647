using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>
/// Numbers the lines of this process and links each to the one before by its SHA-256, so that an edited, removed or
/// moved line shows. What was not written can be taken back.
/// </summary>
internal sealed class RecordChain
{
    /// <summary>The <c>prev</c> of an instance's first line.</summary>
    public static readonly string Genesis = new('0', 64);

    private readonly byte[] _head = Encoding.ASCII.GetBytes(Genesis);
    private readonly byte[] _marked = Encoding.ASCII.GetBytes(Genesis);
    private long _markedSeq;

    /// <summary>The number of the last line.</summary>
    public long Seq { get; private set; }

    /// <summary>The hash of the last line, in hex.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>Adds a line.</summary>
    public void Append(LineBuffer output, PendingLine line)
    {
        var start = output.Length;
        Put(output, line, Seq + 1, _head);
        Seq++;

        // The line feed is no part of what is hashed: tools that read by line never see it.
        Hash(output.From(start)[..^1], _head);
    }

    /// <summary>Writes a line that tells of the chain's head and is itself no part of it.</summary>
    public void PutBeside(LineBuffer output, PendingLine line) => Put(output, line, Seq, default);

    /// <summary>Remembers this place for <see cref="TakeBack"/>.</summary>
    public void Mark()
    {
        _markedSeq = Seq;
        _head.CopyTo(_marked, 0);
    }

    /// <summary>Forgets all lines since the last <see cref="Mark"/>. Twice is as good as once.</summary>
    public void TakeBack()
    {
        Seq = _markedSeq;
        _marked.CopyTo(_head, 0);
    }

    /// <summary>The SHA-256 of a line, in lower-case hex.</summary>
    public static void Hash(ReadOnlySpan<byte> line, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }

    private static void Put(LineBuffer output, PendingLine line, long seq, ReadOnlySpan<byte> prev)
    {
        output.Write(line.BeforePlace);
        ChainPlace.Write(output, seq, prev);
        output.Write(line.AfterPlace);
    }
}
