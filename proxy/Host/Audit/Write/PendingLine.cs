using System.Threading.Tasks.Sources;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;
using Microsoft.Extensions.ObjectPool;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// A line on its way into the log, and whoever waits for it. It is put into words by who brings it, beside all others that
/// do the same; only its place in the chain is added when it is written. Used again and again, so that a record
/// allocates nothing here.
/// </summary>
internal sealed class PendingLine : IValueTaskSource<bool>
{
    // Of the lines of one write, as many go on on the thread that wrote; the rest are more than it should keep the next ones
    // waiting for.
    private const int MostHere = 8;

    // A record has 500 to 900 bytes.
    private const int Usual = 1024;

    // A number of at most 20 digits and a hash, with their names.
    private const int MostPlace = 112;

    private readonly LineBuffer _text = new(Usual);
    private readonly AuditRecordWriter _writer;
    private ObjectPool<PendingLine>? _pool;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _place;
    private bool _isInstead;
    private bool _isRequest;

    /// <param name="origin">What all lines of the chain have in common.</param>
    /// <param name="pool">Where it goes when it is done with, or null.</param>
    /// <param name="isReserve">Whether its chain is the reserve.</param>
    public PendingLine(AuditOrigin origin, ObjectPool<PendingLine>? pool, bool isReserve = false)
    {
        _writer = new AuditRecordWriter(origin);
        _pool = pool;
        IsReserve = isReserve;
    }

    /// <summary>A line of the log's own, for which nobody waits.</summary>
    public static PendingLine Of(AuditOrigin origin, AuditEvent auditEvent)
    {
        var line = new PendingLine(origin, pool: null) { IsOwn = true };
        line.Put(auditEvent);
        return line;
    }

    /// <summary>Whether its chain is the reserve.</summary>
    public bool IsReserve { get; }

    /// <summary>Whether it is the log's own, and nobody waits for it.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>How far it, or what is said in its place, has come. Set by the thread that has its chain.</summary>
    public LineState State { get; set; }

    /// <summary>The most bytes that it takes, whatever its place in the chain.</summary>
    public int MostLength => _text.Length + MostPlace;

    /// <summary>The most bytes that lines take.</summary>
    public static int MostBytes(ReadOnlySpan<PendingLine> lines)
    {
        var bytes = 0;
        foreach (var line in lines)
        {
            bytes += line.MostLength;
        }

        return bytes;
    }

    /// <summary>Whoever waits for it: true once it is written.</summary>
    public ValueTask<bool> Task => new(this, _source.Version);

    /// <summary>What comes before its place in the chain.</summary>
    public ReadOnlySpan<byte> BeforePlace => _text.Written[.._place];

    /// <summary>What comes after it, with the line feed.</summary>
    public ReadOnlySpan<byte> AfterPlace => _text.Written[_place..];

    /// <summary>Puts a record into words. Throws where that can't be done.</summary>
    public void Put(AuditRecord record)
    {
        Begin(isRequest: true);
        _place = _writer.Write(_text, record);
    }

    /// <summary>Puts an event into words. Throws where that can't be done.</summary>
    public void Put(AuditEvent auditEvent)
    {
        Begin(isRequest: false);
        _place = _writer.Write(_text, auditEvent);
    }

    /// <summary>Says something else in the place of what can't be put into words: that one does not count as written.</summary>
    public void PutInstead(AuditEvent auditEvent)
    {
        Begin(isRequest: false);
        _isInstead = true;
        _place = _writer.Write(_text, auditEvent);
    }

    /// <summary>Is not used again: the thread that hangs in its write may still read it.</summary>
    public void Abandon() => _pool = null;

    /// <summary>Tells those who wait for lines whether they are written.</summary>
    /// <param name="lines">The lines, which belong to those who wait from then on.</param>
    /// <param name="isHere">Whether the first requests of them go on on this thread, before the call returns; the others on the pool's.</param>
    public static void Tell(List<PendingLine> lines, bool isHere)
    {
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            lines[i].Complete(here: isHere && i < MostHere);
        }
    }

    /// <summary>Tells the same to who did not have to wait, and is done with.</summary>
    public bool End()
    {
        var written = IsItselfWritten;
        _pool?.Return(this);
        return written;
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        var written = _source.GetResult(token);
        _source.Reset();
        _pool?.Return(this);
        return written;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    // What follows an event may take long: segments are removed, a policy is read.
    private void Complete(bool here)
    {
        _source.RunContinuationsAsynchronously = !here || !_isRequest;
        _source.SetResult(IsItselfWritten);
    }

    private bool IsItselfWritten => State == LineState.Written && !_isInstead;

    private void Begin(bool isRequest)
    {
        _text.Clear();
        _isRequest = isRequest;
        _isInstead = false;
        State = LineState.Unnumbered;
    }
}
