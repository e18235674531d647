namespace ImdsProxy.Audit.Reduce;

/// <summary>Counts the bytes of a log that were read, for a display of the progress. Thread-safe.</summary>
internal sealed class ReadBytes
{
    private long _total;

    public long Total => Interlocked.Read(ref _total);

    public void Add(long bytes) => Interlocked.Add(ref _total, bytes);
}
