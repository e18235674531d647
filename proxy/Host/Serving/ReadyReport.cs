using ImdsProxy.Runtime;

namespace ImdsProxy.Serving;

/// <summary>Writes a file that tells the redirect whether the proxy is ready.</summary>
/// <param name="path">The file.</param>
/// <param name="isReady">Whether the proxy is ready, as <c>/readyz</c> reports it.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs failures to write the file.</param>
internal sealed partial class ReadyReport(string path, Func<bool> isReady, TimeProvider time, ILogger<ReadyReport> logger)
{
    // The check intervals. Until the proxy is ready, the interval is short, because the pods of a new node still reach IMDS directly.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly ReadyFile _file = new(path, time);
    private bool _wasReady;
    private string? _lastFailure;

    /// <summary>Removes the file of an earlier process, then updates the file until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Try(static file => file.Withdraw());
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(_wasReady ? Beat : Glance, time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Try(static file => file.Withdraw());
        }
    }

    private void Look()
    {
        var ready = isReady();
        if (ready)
        {
            Try(static file => file.Tell());
        }
        else if (_wasReady)
        {
            Try(static file => file.Withdraw());
        }

        _wasReady = ready;
    }

    private void Try(Action<ReadyFile> write)
    {
        try
        {
            write(_file);
            _lastFailure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (e.Message != _lastFailure)
            {
                Log.NotTold(logger, path, e.Message);
            }

            _lastFailure = e.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ReadinessNotTold", Level = LogLevel.Error, Message = "The file {File} can't be written, so the redirect does not know that the proxy is ready and puts its first rules in place late: {Failure}")]
        public static partial void NotTold(ILogger logger, string file, string failure);
    }
}
