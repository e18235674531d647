using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>The thread that writes to stdout while a write to the directory hangs.</summary>
internal sealed class FallbackThread
{
    private readonly LineQueue _queue;
    private readonly List<PendingLine> _doubtful;
    private readonly List<PendingLine> _taken = [];
    private readonly Thread _thread;

    /// <param name="queue">Holds the waiting lines.</param>
    /// <param name="chains">Writes the lines.</param>
    /// <param name="doubtful">The numbered lines of the write that hangs.</param>
    public FallbackThread(LineQueue queue, FallbackChains chains, List<PendingLine> doubtful)
    {
        (_queue, Chains, _doubtful) = (queue, chains, doubtful);
        _thread = new Thread(Run) { IsBackground = true, Name = "audit-fallback" };
        _thread.Start();
    }

    public FallbackChains Chains { get; }

    /// <summary>Whether the thread must end. Guarded by the queue's lock.</summary>
    public bool IsStopped { get; set; }

    public void Join() => _thread.Join();

    private void Run()
    {
        Chains.WriteDoubt(_doubtful);
        Tell(_doubtful);
        while (_queue.Take(this, _taken))
        {
            Chains.Write(CollectionsMarshal.AsSpan(_taken));
            Tell(_taken);
        }
    }

    private static void Tell(List<PendingLine> lines)
    {
        PendingLine.Tell(lines, isHere: false);
        lines.Clear();
    }
}
