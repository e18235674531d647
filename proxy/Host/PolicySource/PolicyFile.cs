using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>Keeps the active policy in step with a file, or with the fragments of a directory.</summary>
internal sealed class PolicyFile(string path, ActivePolicy policy, TimeProvider time, ILogger<PolicyFile> logger)
{
    private readonly FragmentedPolicy _fragments = new(policy);

    /// <summary>Reads the policy, then follows it until cancelled.</summary>
    /// <param name="first">Completed after the first read, whether the policy was valid or not.</param>
    /// <param name="cancellation">Stops following the policy.</param>
    public Task RunAsync(TaskCompletionSource first, CancellationToken cancellation) =>
        new ContentWatch<PolicyTexts>(
            path, async (last, token) => await PolicyTexts.ReadAsync(path, last, token), static (left, right) => left.IsSameAs(right), time, logger).RunAsync(
            async texts =>
            {
                try
                {
                    await OfferAsync(texts, cancellation);
                }
                finally
                {
                    first.TrySetResult();
                }
            },
            cancellation);

    private async Task OfferAsync(PolicyTexts? texts, CancellationToken cancellation)
    {
        // A file that is being written is incomplete only for a moment. The next read gets the complete file.
        if (policy.Current is not null && texts?.Load(policy.Loaded).Document is null)
        {
            await Task.Delay(FileWatch.Interval, time, cancellation).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            texts = await ReadAgainAsync(cancellation);
        }

        await (texts switch
        {
            null => policy.MissingAsync(path, $"the policy can't be read; put it at {path}"),
            { ByName.Count: 0 } => policy.MissingAsync(path, $"the directory {path} has no file that ends in .json; put the policy there"),
            _ => _fragments.OfferAsync(texts, path),
        });
    }

    private async Task<PolicyTexts?> ReadAgainAsync(CancellationToken cancellation)
    {
        try
        {
            return await PolicyTexts.ReadAsync(path, null, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return null;
        }
    }
}
