namespace ImdsProxy.Runtime;

/// <summary>
/// Tells when a file's content changes, by reading it every half second. File watchers, write times and link targets all
/// miss one way or another in which a mounted ConfigMap changes (the swap of its <c>..data</c> link); content does not.
/// </summary>
internal sealed class FileWatch(string path, TimeProvider time)
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
                await changed(content);
            }
        }
        while (await NextAsync(timer, cancellation));
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
}
