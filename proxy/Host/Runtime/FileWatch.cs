namespace ImdsProxy.Runtime;

/// <summary>Tells when a file's content changes.</summary>
/// <param name="path">The file.</param>
/// <param name="most">How many bytes it may have; a larger one counts as one that can't be read.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told why it can't be read.</param>
internal sealed class FileWatch(string path, int most, TimeProvider time, ILogger logger)
{
    /// <summary>Half of half of the 2 seconds within which an edit has to take effect.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls back with the content at first and at each change, until cancelled; null where the file can't be read.</summary>
    public Task RunAsync(Func<byte[]?, Task> changed, CancellationToken cancellation) => new ContentWatch<byte[]>(
        path,
        async (last, token) => last is not null && await FileContent.IsStillAsync(path, last, most, token) ? last : BoundedFile.Read(path, most),
        static (left, right) => left.AsSpan().SequenceEqual(right),
        time,
        logger).RunAsync(changed, cancellation);
}
