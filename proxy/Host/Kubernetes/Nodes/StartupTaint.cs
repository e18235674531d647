using System.Net;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>
/// Removes a taint from this node once no obstacle remains, and never adds it. Retries until it succeeds, then checks
/// again periodically, because the taint may be added late.
/// </summary>
/// <param name="client">The API client.</param>
/// <param name="node">This node's name.</param>
/// <param name="key">The taint's key.</param>
/// <param name="obstacle">Returns why the taint must stay, or null. Must be fast.</param>
/// <param name="removed">Called after the taint was removed, with the node as it was before.</param>
/// <param name="time">The clock.</param>
/// <param name="random">The source of jitter.</param>
/// <param name="logger">The logger.</param>
internal sealed partial class StartupTaint(
    KubeClient client,
    string node,
    string key,
    Func<string?> obstacle,
    Func<NodeObject, CancellationToken, Task> removed,
    TimeProvider time,
    Random random,
    ILogger<StartupTaint> logger)
{
    // Pods are waiting for the removal. The obstacles are local, so checking them is cheap.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    // With 5,000 nodes this causes 17 reads a second.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    private readonly Backoff _backoff = new(random);
    private volatile string? _pending = "the node has not been checked yet";
    private string? _lastFailure;

    /// <summary>Why the taint may still be present, or null once it is known to be absent.</summary>
    public string? Pending => _pending;

    /// <summary>Runs until cancelled. Failures are retried and never end the loop.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(await StepAsync(cancellation), time, cancellation);
        }
    }

    // Returns the delay before the next step.
    private async Task<TimeSpan> StepAsync(CancellationToken cancellation)
    {
        if (obstacle() is { } why)
        {
            _pending = _pending is null ? null : why;
            return Glance;
        }

        try
        {
            await RemoveAsync(cancellation);
            (_pending, _lastFailure) = (null, null);
            _backoff.Reset();
            return LookAgain * (0.8 + (0.4 * random.NextDouble()));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Report(e);
            _pending = e.Message;
            return _backoff.Next((e as KubeException)?.RetryAfter);
        }
    }

    private async Task RemoveAsync(CancellationToken cancellation)
    {
        var found = await client.GetNodeAsync(node, cancellation);
        if (TaintPatch.Of(found.Spec.Taints, key) is not { } patch)
        {
            return;
        }

        await client.PatchNodeAsync(node, patch, cancellation);
        Log.Removed(logger, key, node);
        await removed(found, cancellation);
    }

    // Conflicts are common on a fresh node. Other failures are logged once.
    private void Report(Exception e)
    {
        if (e is KubeException { Status: HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity } && !_backoff.IsFailing)
        {
            Log.Conflicted(logger, key, e.Message);
        }
        else if (e.Message != _lastFailure)
        {
            Log.NotRemoved(logger, key, node, e.Message);
            _lastFailure = e.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "StartupTaintRemoved", Level = LogLevel.Information, Message = "The startup taint {Key} was removed from the node {Node}; pods can be scheduled")]
        public static partial void Removed(ILogger logger, string key, string node);

        [LoggerMessage(EventName = "StartupTaintConflict", Level = LogLevel.Information, Message = "The node's taints changed while {Key} was being removed; retrying: {Failure}")]
        public static partial void Conflicted(ILogger logger, string key, string failure);

        [LoggerMessage(EventName = "StartupTaintNotRemoved", Level = LogLevel.Error, Message = "The startup taint {Key} could not be removed from the node {Node}; retrying: {Failure}")]
        public static partial void NotRemoved(ILogger logger, string key, string node, string failure);
    }
}
