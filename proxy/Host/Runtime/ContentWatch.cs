namespace ImdsProxy.Runtime;

/// <summary>
/// Tells when a content on disk changes, by reading it every half second. File watchers, write times and link targets all
/// miss one way or another in which a mounted ConfigMap changes (the swap of its <c>..data</c> link); content does not.
/// </summary>
/// <param name="path">What is read, for people.</param>
/// <param name="read">Reads it, and is told what was read last; null where that can't be done.</param>
/// <param name="same">Whether two contents are the same.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told why it can't be read, and that a content was not taken.</param>
internal sealed partial class ContentWatch<T>(
    string path, Func<T?, CancellationToken, Task<T?>> read, Func<T, T, bool> same, TimeProvider time, ILogger logger)
    where T : class
{
    private T? _last;
    private bool _first = true;
    private string? _trouble;

    /// <summary>Calls back with the content at first and at each change, until cancelled; null where it can't be read.</summary>
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

    // One content that breaks its reader must not end the watch: the next one may be good.
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
            // Told once, not at each look.
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

        [LoggerMessage(EventName = "ChangeNotTaken", Level = LogLevel.Error, Message = "The content of {Path} could not be taken; what was in force stays in force")]
        public static partial void ChangeNotTaken(ILogger logger, string path, Exception exception);
    }
}
