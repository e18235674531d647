namespace ImdsProxy.Runtime;

/// <summary>
/// Detects changes of content on disk by reading it every half second. File watchers, write times and link targets each miss some
/// changes of a mounted ConfigMap (the swap of its <c>..data</c> link). Comparing the content misses none.
/// </summary>
/// <param name="path">The name of the content, for messages.</param>
/// <param name="read">Reads the content, given the previous content. Returns null if the content can't be read.</param>
/// <param name="same">Whether two versions of the content are equal.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs why the content can't be read or was not taken.</param>
internal sealed partial class ContentWatch<T>(
    string path, Func<T?, CancellationToken, Task<T?>> read, Func<T, T, bool> same, TimeProvider time, ILogger logger)
    where T : class
{
    private T? _last;
    private bool _first = true;
    private string? _trouble;

    /// <summary>Calls back with the first content and at each change, until cancelled. Passes null if the content can't be read.</summary>
    public async Task RunAsync(Func<T?, Task> changed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(FileWatch.Interval, time);
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

    // A callback that fails must not end the watch, because the next content may be valid.
    private async Task TellAsync(Func<T?, Task> changed, T? content)
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

    private bool Same(T? left, T? right) => left is null || right is null ? left is null && right is null : same(left, right);

    private async Task<T?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var content = await read(_last, cancellation);
            _trouble = null;
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Logged once, not at each read.
            if (e.Message != _trouble)
            {
                Log.NotRead(logger, e.Message);
            }

            _trouble = e.Message;
            return null;
        }
        catch (OperationCanceledException)
        {
            return _last;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ContentNotRead", Level = LogLevel.Warning, Message = "A followed file can't be read: {Cause}")]
        public static partial void NotRead(ILogger logger, string cause);

        [LoggerMessage(EventName = "ChangeNotTaken", Level = LogLevel.Error, Message = "The content of {Path} could not be loaded; the earlier content stays in force")]
        public static partial void ChangeNotTaken(ILogger logger, string path, Exception exception);
    }
}
