using System.Threading.Tasks.Sources;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;
using Microsoft.Extensions.ObjectPool;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// A line on its way into the log, and the task of the caller that waits for it. The caller's thread serialises the line, in
/// parallel with other callers. The writing thread adds only the line's place in the chain. Lines are pooled, so a record
/// allocates nothing here.
/// </summary>
internal sealed class PendingLine : IValueTaskSource<bool>
{
    // The number of requests of one write that continue on the writing thread. More requests would delay the next write.
    private const int MaxCompletedInline = 8;

    // The initial size. A record has 500 to 900 bytes.
    private const int Usual = 1024;

    // The maximum size of the place in the chain: a number of at most 20 digits and a hash, with their names.
    private const int MostPlace = 112;

    private readonly LineBuffer _text = new(Usual);
    private readonly AuditRecordWriter _writer;
    private ObjectPool<PendingLine>? _pool;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _place;
    private bool _isInstead;
    private bool _isRequest;

    /// <param name="origin">The fields that all lines of the chain share.</param>
    /// <param name="pool">The pool to which the line returns after use, or null.</param>
    /// <param name="isReserve">Whether the line belongs to the reserve.</param>
    public PendingLine(AuditOrigin origin, ObjectPool<PendingLine>? pool, bool isReserve = false)
    {
        _writer = new AuditRecordWriter(origin);
        _pool = pool;
        IsReserve = isReserve;
    }

    /// <summary>Creates a line that the log itself writes and for which no caller waits.</summary>
    public static PendingLine Of(AuditOrigin origin, AuditEvent auditEvent)
    {
        var line = new PendingLine(origin, pool: null) { IsOwn = true };
        line.Put(auditEvent);
        return line;
    }

    /// <summary>Whether the line belongs to the reserve.</summary>
    public bool IsReserve { get; }

    /// <summary>Whether the log itself writes the line, so that no caller waits for it.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>The progress of the line, or of the event that replaces it. Set by the thread that holds the chain.</summary>
    public LineState State { get; set; }

    /// <summary>The maximum number of bytes of the line, with any place in the chain.</summary>
    public int MostLength => _text.Length + MostPlace;

    /// <summary>The maximum number of bytes of several lines.</summary>
    public static int MostBytes(ReadOnlySpan<PendingLine> lines)
    {
        var bytes = 0;
        foreach (var line in lines)
        {
            bytes += line.MostLength;
        }

        return bytes;
    }

    /// <summary>The task of the caller that waits for the line. Its result is whether the line is written.</summary>
    public ValueTask<bool> Task => new(this, _source.Version);

    /// <summary>The bytes before the place in the chain.</summary>
    public ReadOnlySpan<byte> BeforePlace => _text.Written[.._place];

    /// <summary>The bytes after the place in the chain, including the line feed.</summary>
    public ReadOnlySpan<byte> AfterPlace => _text.Written[_place..];

    /// <summary>Serialises a record. May throw.</summary>
    public void Put(AuditRecord record)
    {
        Begin(isRequest: true);
        _place = _writer.Write(_text, record);
    }

    /// <summary>Serialises an event. May throw.</summary>
    public void Put(AuditEvent auditEvent)
    {
        Begin(isRequest: false);
        _place = _writer.Write(_text, auditEvent);
    }

    /// <summary>Serialises the event about a pod. May throw.</summary>
    public void Put(PodSeen seen)
    {
        Begin(isRequest: false);
        _place = _writer.Write(_text, seen);
    }

    /// <summary>Writes an event instead of a record that cannot be serialised. The record does not count as written.</summary>
    public void PutInstead(AuditEvent auditEvent)
    {
        Begin(isRequest: false);
        _isInstead = true;
        _place = _writer.Write(_text, auditEvent);
    }

    /// <summary>Keeps the line out of the pool, because the thread that hangs may still read it.</summary>
    public void Abandon() => _pool = null;

    /// <summary>Completes the tasks of lines. The result of each task is whether its line is written.</summary>
    /// <param name="lines">The lines, which may not be used after the call.</param>
    /// <param name="isHere">Whether the first requests continue on this thread before the call returns. The others continue on the thread pool.</param>
    public static void Tell(List<PendingLine> lines, bool isHere)
    {
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            lines[i].Complete(here: isHere && i < MaxCompletedInline);
        }
    }

    /// <summary>Returns whether the line is written, and returns the line to its pool. For callers that do not wait.</summary>
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

    // The continuation of an event may take long, for example because it removes segments or reads a policy.
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
