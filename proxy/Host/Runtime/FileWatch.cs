namespace ImdsProxy.Runtime;

/// <summary>Tells when a file's content changes.</summary>
internal sealed class FileWatch(string path, TimeProvider time, ILogger logger)
{
    /// <summary>Half of half of the 2 seconds within which an edit has to take effect.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls back with the content at first and at each change, until cancelled; null where the file can't be read.</summary>
    public Task RunAsync(Func<byte[]?, Task> changed, CancellationToken cancellation) => new ContentWatch<byte[]>(
        path,
        async (last, token) => last is not null && await FileContent.IsStillAsync(path, last, token) ? last : await File.ReadAllBytesAsync(path, token),
        static (left, right) => left.AsSpan().SequenceEqual(right),
        time,
        logger).RunAsync(changed, cancellation);
}
