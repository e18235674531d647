using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Numbers the lines of this process and links each to the one before by its SHA-256, so that an edited, removed or
/// moved line shows. What was not written can be taken back.
/// </summary>
internal sealed class RecordChain : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = Encoding.ASCII.GetBytes(ChainHash.Genesis);
    private readonly byte[] _marked = Encoding.ASCII.GetBytes(ChainHash.Genesis);

    /// <summary>The number of the last line.</summary>
    public long Seq { get; private set; }

    /// <summary>The number of the last line at the last <see cref="Mark"/>.</summary>
    public long MarkedSeq { get; private set; }

    /// <summary>The hash of the last line at the last <see cref="Mark"/>, in hex.</summary>
    public ReadOnlySpan<byte> MarkedHead => _marked;

    /// <summary>Adds a line.</summary>
    public void Append(LineBuffer output, PendingLine line)
    {
        var start = output.Length;
        Put(output, line, Seq + 1, _head);
        Seq++;

        // The line feed is no part of what is hashed: tools that read by line never see it.
        ChainHash.Of(_sha256, output.From(start)[..^1], _head);
    }

    /// <summary>Writes a line that tells of the chain's head and is itself no part of it.</summary>
    public void PutBeside(LineBuffer output, PendingLine line) => Put(output, line, Seq, default);

    /// <summary>Remembers this place for <see cref="TakeBack"/>.</summary>
    public void Mark()
    {
        MarkedSeq = Seq;
        _head.CopyTo(_marked, 0);
    }

    /// <summary>Goes on where another one stands, with what it has marked and what it has not.</summary>
    public void Continue(RecordChain other)
    {
        (Seq, MarkedSeq) = (other.Seq, other.MarkedSeq);
        other._head.CopyTo(_head, 0);
        other._marked.CopyTo(_marked, 0);
    }

    /// <summary>Forgets all lines since the last <see cref="Mark"/>. Twice is as good as once.</summary>
    public void TakeBack()
    {
        Seq = MarkedSeq;
        _marked.CopyTo(_head, 0);
    }

    public void Dispose() => _sha256.Dispose();

    private static void Put(LineBuffer output, PendingLine line, long seq, ReadOnlySpan<byte> prev)
    {
        output.Write(line.BeforePlace);
        ChainPlace.Write(output, seq, prev);
        output.Write(line.AfterPlace);
    }
}
