using System.Net;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>
/// Takes a taint off this node once nothing stands against it, and never puts it on. Tried until it works; looked for
/// again now and then, because what puts it on may come late.
/// </summary>
/// <param name="client">The API server.</param>
/// <param name="node">This node's name.</param>
/// <param name="key">The taint's key.</param>
/// <param name="obstacle">Quick; why the taint must stay, or null.</param>
/// <param name="removed">Hears that it was taken off, with the node as it was before.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For the jitter.</param>
/// <param name="logger">Where it is told.</param>
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
    // Pods wait for it: what stands against it is on this machine and cheap to ask.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    // 5,000 nodes make 17 reads a second.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    private readonly Backoff _backoff = new(random);
    private volatile string? _pending = "the node has not been looked at yet";
    private string? _lastFailure;

    /// <summary>Why the taint may still be on, or null once it is known to be off.</summary>
    public string? Pending => _pending;

    /// <summary>Runs until cancelled. No failure ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(await StepAsync(cancellation), time, cancellation);
        }
    }

    // Tells how long to wait before the next one.
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

    // A conflict is the rule on a fresh node; everything else is told once.
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
        [LoggerMessage(1, LogLevel.Information, "The startup taint {Key} is off the node {Node}: pods may come", EventName = "StartupTaintRemoved")]
        public static partial void Removed(ILogger logger, string key, string node);

        [LoggerMessage(2, LogLevel.Information, "The node's taints changed while {Key} was to be taken off, it is tried again: {Failure}", EventName = "StartupTaintConflict")]
        public static partial void Conflicted(ILogger logger, string key, string failure);

        [LoggerMessage(3, LogLevel.Error, "The startup taint {Key} could not be taken off the node {Node}, it is tried again: {Failure}", EventName = "StartupTaintNotRemoved")]
        public static partial void NotRemoved(ILogger logger, string key, string node, string failure);
    }
}
