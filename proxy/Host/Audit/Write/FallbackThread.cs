using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>The thread that writes to stdout while a write to the directory hangs.</summary>
internal sealed class FallbackThread
{
    private readonly LineQueue _queue;
    private readonly List<PendingLine> _doubtful;
    private readonly List<PendingLine> _taken = [];
    private readonly Thread _thread;

    /// <param name="queue">Where lines wait.</param>
    /// <param name="writer">Writes them.</param>
    /// <param name="doubtful">The lines of the write that hangs, as far as they have numbers.</param>
    public FallbackThread(LineQueue queue, FallbackWriter writer, List<PendingLine> doubtful)
    {
        (_queue, Writer, _doubtful) = (queue, writer, doubtful);
        _thread = new Thread(Run) { IsBackground = true, Name = "audit-fallback" };
        _thread.Start();
    }

    public FallbackWriter Writer { get; }

    /// <summary>Whether it is to end. Under the queue's lock.</summary>
    public bool IsStopped { get; set; }

    public void Join() => _thread.Join();

    private void Run()
    {
        var written = Writer.WriteDoubt();
        Tell(_doubtful, written);
        while (_queue.Take(this, _taken))
        {
            Tell(_taken, Writer.Write(CollectionsMarshal.AsSpan(_taken), turn: 0));
        }
    }

    private void Tell(List<PendingLine> lines, bool written)
    {
        if (!written)
        {
            _queue.AddLost(lines.Count);
        }

        PendingLine.Tell(lines, written, isHere: false);
        lines.Clear();
    }
}
