using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>
/// Numbers the lines of this process and links each to the one before by its SHA-256, so that an edited, removed or
/// moved line shows. What was not written can be taken back.
/// </summary>
internal sealed class RecordChain : IDisposable
{
    /// <summary>The <c>prev</c> of an instance's first line.</summary>
    public static readonly string Genesis = new('0', 64);

    private readonly AuditRecordWriter _writer;
    private readonly byte[] _head = Encoding.ASCII.GetBytes(Genesis);
    private readonly byte[] _marked = Encoding.ASCII.GetBytes(Genesis);
    private long _markedSeq;

    public RecordChain(AuditOrigin origin)
    {
        Origin = origin;
        _writer = new AuditRecordWriter(origin);
    }

    public AuditOrigin Origin { get; }

    /// <summary>The number of the last line.</summary>
    public long Seq { get; private set; }

    /// <summary>The hash of the last line, in hex.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>Adds a line of a record or an event. Throws, and adds nothing, where it can't be put into words.</summary>
    public void Append(LineBuffer output, object item)
    {
        var start = output.Length;
        try
        {
            Write(output, item);
        }
        catch
        {
            // What there is of the line must not stand before the next one.
            output.Length = start;
            throw;
        }

        Seq++;
        // The line feed is no part of what is hashed: tools that read by line never see it.
        Hash(output.From(start)[..^1], _head);
    }

    /// <summary>Writes a line that tells the chain's head and is itself no part of it.</summary>
    public void WriteCheckpoint(LineBuffer output, AuditEvent checkpoint) => _writer.Write(output, checkpoint, Seq, default);

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

    public void Dispose() => _writer.Dispose();

    private void Write(LineBuffer output, object item)
    {
        switch (item)
        {
            case AuditRecord record:
                _writer.Write(output, record, Seq + 1, _head);
                break;
            case UnwritableRecord unwritable:
                _writer.Write(output, unwritable.Told, Seq + 1, _head);
                break;
            default:
                _writer.Write(output, (AuditEvent)item, Seq + 1, _head);
                break;
        }
    }
}
