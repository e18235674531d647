using ImdsProxy.Core.Policy;
using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>Keeps the active policy in step with a file.</summary>
internal sealed class PolicyFile(string path, ActivePolicy policy, TimeProvider time, ILogger<PolicyFile> logger)
{
    /// <summary>Reads the file, then follows it until cancelled.</summary>
    /// <param name="first">Is set once the file has been read for the first time, whatever came of it.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task RunAsync(TaskCompletionSource first, CancellationToken cancellation) =>
        new FileWatch(path, time, logger).RunAsync(
            async content =>
            {
                try
                {
                    await OfferAsync(content, cancellation);
                }
                finally
                {
                    first.TrySetResult();
                }
            },
            cancellation);

    private async Task OfferAsync(byte[]? content, CancellationToken cancellation)
    {
        // Caught in the middle of being written it is broken for a moment only; the next look has the rest.
        if (policy.Current is not null && (content is null || PolicyLoader.Load(content).Document is null))
        {
            await Task.Delay(FileWatch.Interval, time, cancellation).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            content = await ReadAgainAsync(cancellation);
        }

        if (content is null)
        {
            await policy.MissingAsync(path, $"the policy file can't be read; put it at {path}");
        }
        else
        {
            await policy.OfferAsync(content, path);
        }
    }

    private async Task<byte[]?> ReadAgainAsync(CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return null;
        }
    }
}
