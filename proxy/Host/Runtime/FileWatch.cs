namespace ImdsProxy.Runtime;

/// <summary>Detects changes of a file's content.</summary>
/// <param name="path">The file.</param>
/// <param name="maxBytes">The maximum size in bytes. A larger file counts as unreadable.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs why the file can't be read.</param>
internal sealed class FileWatch(string path, int maxBytes, TimeProvider time, ILogger logger)
{
    /// <summary>The time between two reads: a quarter of the 2 seconds within which an edit must take effect.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls back with the first content and at each change, until cancelled. Passes null if the file can't be read.</summary>
    public Task RunAsync(Func<byte[]?, Task> changed, CancellationToken cancellation) => new ContentWatch<byte[]>(
        path,
        async (last, token) => last is not null && await FileContent.IsStillAsync(path, last, maxBytes, token) ? last : BoundedFile.Read(path, maxBytes),
        static (left, right) => left.AsSpan().SequenceEqual(right),
        time,
        logger).RunAsync(changed, cancellation);
}
