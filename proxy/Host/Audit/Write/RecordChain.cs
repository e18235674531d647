using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Numbers the lines of a chain and links each to the previous one by its SHA-256, so that an edited, removed or moved line is
/// detected. Lines that were not written can be taken back.
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

        // The line feed is not hashed, because tools that read line by line do not see it.
        ChainHash.Of(_sha256, output.From(start)[..^1], _head);
    }

    /// <summary>Writes a line that is not part of the chain, with the number of the chain's head.</summary>
    public void PutBeside(LineBuffer output, PendingLine line) => Put(output, line, Seq, default);

    /// <summary>Marks the position to which <see cref="TakeBack"/> returns.</summary>
    public void Mark()
    {
        MarkedSeq = Seq;
        _head.CopyTo(_marked, 0);
    }

    /// <summary>Takes over the position and the mark of another chain.</summary>
    public void Continue(RecordChain other)
    {
        (Seq, MarkedSeq) = (other.Seq, other.MarkedSeq);
        other._head.CopyTo(_head, 0);
        other._marked.CopyTo(_marked, 0);
    }

    /// <summary>Forgets all lines since the last <see cref="Mark"/>. Idempotent.</summary>
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
