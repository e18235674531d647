namespace ImdsProxy.Redirect.Node;

/// <summary>
/// The lock that one process of the node holds while it reads and writes rules. iptables' own lock covers only a single call.
/// Between <c>iptables-save</c> and <c>iptables-restore</c>, another of our processes could insert the same jump.
/// </summary>
internal sealed class RulesLock(string path, TimeProvider time)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits for the lock. The lock is released when the result is disposed or the process ends.</summary>
    public async Task<IDisposable> AcquireAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX) on Linux.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && time.GetElapsedTime(started) < MaxWait)
            {
                await Task.Delay(RetryDelay, time, cancellation);
            }
        }
    }
}
