using System.Text;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Lines that are numbered and linked to those before, to be written in one call. Once they are written they are kept; else
/// their numbers are given again.
/// </summary>
internal sealed class ChainedBatch : IDisposable
{
    private readonly RecordChain _chain = new();
    private readonly LineBuffer _buffer = new();

    /// <summary>The lines, each with its line feed.</summary>
    public ReadOnlySpan<byte> Lines => _buffer.Written;

    /// <summary>The number of the last line.</summary>
    public long Seq => _chain.Seq;

    /// <summary>The number of the last line that was kept.</summary>
    public long KeptSeq => _chain.MarkedSeq;

    /// <summary>The hash of the last line, in hex.</summary>
    public string Head => Encoding.ASCII.GetString(_chain.Head);

    /// <summary>Takes these lines in place of all that were not kept.</summary>
    public void Put(ReadOnlySpan<PendingLine> lines)
    {
        Forget();
        foreach (var line in lines)
        {
            _chain.Append(_buffer, line);
        }
    }

    /// <summary>Takes one that tells of the chain's head and is itself no part of it.</summary>
    public void PutBeside(PendingLine line)
    {
        Forget();
        _chain.PutBeside(_buffer, line);
    }

    /// <summary>The lines are written: their numbers are taken for good.</summary>
    public void Keep() => _chain.Mark();

    /// <summary>The lines are not written: their numbers are free again. Twice is as good as once.</summary>
    public void Forget()
    {
        _chain.TakeBack();
        _buffer.Clear();
    }

    public void Dispose() => _chain.Dispose();
}
