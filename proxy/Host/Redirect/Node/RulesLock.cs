namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Held while rules are read and written, by one process of the node at a time. iptables' own lock covers a single
/// call; between <c>iptables-save</c> and <c>iptables-restore</c> another of us could insert the same jump.
/// </summary>
internal sealed class RulesLock(string path, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits for the lock; disposing the result lets it go, as does the end of the process.</summary>
    public async Task<IDisposable> AcquireAsync(CancellationToken cancellation)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX) on Linux.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && time.GetElapsedTime(begin) < Patience)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
