namespace ImdsProxy.Runtime;

/// <summary>
/// Tells when a file's content changes, by reading it every half second. File watchers, write times and link targets all
/// miss one way or another in which a mounted ConfigMap changes (the swap of its <c>..data</c> link); content does not.
/// </summary>
internal sealed partial class FileWatch(string path, TimeProvider time, ILogger logger)
{
    /// <summary>Half of half of the 2 seconds within which an edit has to take effect.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private byte[]? _last;
    private bool _first = true;

    /// <summary>Calls back with the content at first and at each change, until cancelled; null where the file can't be read.</summary>
    public async Task RunAsync(Func<byte[]?, Task> changed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var content = await ReadAsync(cancellation);
            if (_first || !Same(content, _last))
            {
                _first = false;
                _last = content;
                await TellAsync(changed, content);
            }
        }
        while (await NextAsync(timer, cancellation));
    }

    // One content that breaks its reader must not end the watch: the next one may be good.
    private async Task TellAsync(Func<byte[]?, Task> changed, byte[]? content)
    {
        try
        {
            await changed(content);
        }
        catch (Exception e)
        {
            Log.ChangeNotTaken(logger, path, e);
        }
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static bool Same(byte[]? left, byte[]? right) =>
        left is null || right is null ? left is null && right is null : left.AsSpan().SequenceEqual(right);

    private async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return _last;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ChangeNotTaken", Level = LogLevel.Error, Message = "The content of {Path} could not be taken; what was in force stays in force")]
        public static partial void ChangeNotTaken(ILogger logger, string path, Exception exception);
    }
}
