namespace ImdsProxy.Serving;

/// <summary>The background tasks that run until the proxy ends. All share one list and one cancellation.</summary>
internal sealed partial class Followers(TimeProvider time, ILogger<Followers> logger) : IAsyncDisposable
{
    // A task may hang on a disk, but a hanging task must not keep the process from ending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _tasks = [];

    /// <summary>Starts a task that runs until the proxy ends.</summary>
    public void Start(Func<CancellationToken, Task> run) => _tasks.Add(run(_ending.Token));

    /// <summary>Starts a task that follows a file. Completes once the task has read the file for the first time.</summary>
    public Task StartAsync(Func<TaskCompletionSource, CancellationToken, Task> follow)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(ending => follow(read, ending));
        return read.Task;
    }

    /// <summary>Cancels all tasks and waits briefly for their end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await Task.WhenAll(_tasks).WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            Log.FollowersLeft(logger);
        }

        _ending.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "FollowersLeft", Level = LogLevel.Warning, Message = "The proxy ends without waiting any longer for a task that follows a file, because the file's disk does not respond")]
        public static partial void FollowersLeft(ILogger logger);
    }
}
