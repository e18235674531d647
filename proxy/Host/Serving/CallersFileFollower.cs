using ImdsProxy.Identify;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving;

/// <summary>Keeps the callers in step with their file. An invalid file changes nothing.</summary>
internal sealed partial class CallersFileFollower(string path, FileCallers callers, TimeProvider time, ILogger<CallersFileFollower> logger)
{
    /// <summary>Reads the file, then follows it until cancelled.</summary>
    public Task RunAsync(TaskCompletionSource first, CancellationToken cancellation) => new FileWatch(path, CallersFile.MaxBytes, time, logger).RunAsync(
        content =>
        {
            try
            {
                Take(content);
            }
            finally
            {
                first.TrySetResult();
            }

            return Task.CompletedTask;
        },
        cancellation);

    private void Take(byte[]? content)
    {
        try
        {
            var pods = CallersFile.Parse(content ?? throw new FormatException("the file can't be read"));
            callers.Replace(pods);
            Log.CallersLoaded(logger, pods.Count, path);
        }
        catch (FormatException e)
        {
            Log.CallersRefused(logger, path, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "CallersLoaded", Level = LogLevel.Information, Message = "Loaded {Count} callers from {Path}")]
        public static partial void CallersLoaded(ILogger logger, int count, string path);

        [LoggerMessage(EventName = "CallersRefused", Level = LogLevel.Error, Message = "The callers file {Path} is refused: {Problem}; the previous callers stay in force")]
        public static partial void CallersRefused(ILogger logger, string path, string problem);
    }
}
