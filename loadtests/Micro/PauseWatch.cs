namespace ImdsProxy.LoadTests.Micro;

/// <summary>
/// Measures how long the garbage collector stops all threads. It samples a thousand times a second, because the runtime
/// reports only the last collection.
/// </summary>
internal sealed class PauseWatch : IDisposable
{
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;
    private long _longest;

    public PauseWatch()
    {
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Returns the longest pause since the last call, in milliseconds.</summary>
    public double Longest()
    {
        Look(GC.GetGCMemoryInfo(GCKind.Any));
        return TimeSpan.FromTicks(Interlocked.Exchange(ref _longest, 0)).TotalMilliseconds;
    }

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void Watch()
    {
        var seen = 0L;
        while (!_ended.Wait(TimeSpan.FromMilliseconds(1)))
        {
            var last = GC.GetGCMemoryInfo(GCKind.Any);
            if (last.Index != seen)
            {
                seen = last.Index;
                Look(last);
            }
        }
    }

    private void Look(GCMemoryInfo collection)
    {
        var pause = collection.PauseDurations[0].Ticks;
        for (var longest = Volatile.Read(ref _longest); pause > longest; longest = Volatile.Read(ref _longest))
        {
            Interlocked.CompareExchange(ref _longest, pause, longest);
        }
    }
}
