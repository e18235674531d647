namespace ImdsProxy.Runtime;

/// <summary>Work that is done again and again.</summary>
internal static class Repeat
{
    /// <summary>Works at once, and then at each interval, until cancelled. Other exceptions of the work end the loop.</summary>
    public static async Task EveryAsync(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                await work(cancellation);
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The caller ended the work.
        }
    }
}
