using System.Net.Sockets;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>
/// Keeps a sink in sync with the API server: a list, then a watch from the version of that list, then further watches that
/// continue where the last watch ended. Everything is listed again only if the server no longer knows that position. Meanwhile
/// the sink keeps its content.
/// </summary>
internal sealed partial class ListWatch<T>(
    KubeClient client,
    KubeResource<T> resource,
    IListWatchSink<T> sink,
    ListWatchOptions options,
    TimeProvider time,
    Random random,
    ILogger<ListWatch<T>> logger)
    where T : KubeObject
{
    private readonly Backoff _backoff = new(random);
    private ListQuery _nextList = ListQuery.Cached;
    private string? _position;
    private string? _lastFailure;
    private bool _lastWasExpired;

    /// <summary>The freshness of the sink.</summary>
    public ListWatchHealth Health { get; } = new(time);

    /// <summary>Runs until cancelled. Failures are retried and never end the loop.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Delay(options.FirstListSpread * random.NextDouble(), time, cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await RecoverAsync(e, cancellation);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        if (_position is null)
        {
            await ListAsync(cancellation);
        }

        await WatchAsync(_position!, cancellation);
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        var list = await client.ListAsync(resource, _nextList, cancellation);
        sink.Replace(list.Items ?? [], list.Metadata.ResourceVersion);
        Progress(list.Metadata.ResourceVersion);
        Health.Synced();
    }

    private async Task WatchAsync(string from, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var silence = new Watchdog(options.Silence, time, cancellation);
        try
        {
            await using var watch = await client.WatchAsync(resource, from, Lifetime(), silence.Token);
            Well();
            do
            {
                silence.Feed();
                Health.Heard();
                TellAll(watch);
            }
            while (await watch.WaitAsync(silence.Token));
        }
        catch (OperationCanceledException e) when (silence.Bit)
        {
            throw new KubeException($"the watch of {resource.Plural} received nothing for {options.Silence.TotalSeconds:0} s", e);
        }

        if (time.GetElapsedTime(started) < TimeSpan.FromSeconds(1))
        {
            // Without this failure's back-off, a watch that keeps ending immediately would cause a busy loop.
            throw new KubeException($"the watch of {resource.Plural} ended within a second");
        }

        Worked();
    }

    private void TellAll(KubeWatch<T> watch)
    {
        while (watch.TryRead(out var type, out var subject))
        {
            if (subject is T known)
            {
                Tell(type, known);
            }

            Progress(subject.Metadata.ResourceVersion);
            Worked();
        }
    }

    private void Tell(WatchEventType type, T subject)
    {
        if (type == WatchEventType.Deleted)
        {
            sink.Delete(subject);
        }
        else if (type is WatchEventType.Added or WatchEventType.Modified)
        {
            sink.Upsert(subject);
        }
    }

    private void Progress(string resourceVersion)
    {
        if (resourceVersion.Length == 0)
        {
            throw new KubeException($"the API server sent {resource.Plural} without a resourceVersion");
        }

        _position = resourceVersion;
        sink.Reached(resourceVersion);
    }

    private void Well()
    {
        if (_lastFailure is not null)
        {
            Log.Recovered(logger, resource.Plural);
        }

        _lastFailure = null;
        Health.Well();
    }

    private void Worked()
    {
        _backoff.Reset();
        _lastWasExpired = false;
    }

    private async Task RecoverAsync(Exception e, CancellationToken cancellation)
    {
        Health.Failed(e.Message);
        Report(e);
        // An expired position is not a fault, so the first new list needs no delay. This is also true after an outage, because
        // each node notices the end of an outage at a different time.
        var expired = e is KubeException { IsExpired: true, RetryAfter: null };
        var atOnce = expired && !_lastWasExpired;
        _lastWasExpired = expired;
        var delay = _backoff.Next((e as KubeException)?.RetryAfter);
        if (IsPlaceLost(e))
        {
            _nextList = FresherList();
            _position = null;
        }

        await DelayAsync(atOnce ? TimeSpan.Zero : delay, cancellation);
    }

    // If the server is unreachable or rejects the request, the position is still valid. After any other failure, the watch cannot
    // continue from there.
    private static bool IsPlaceLost(Exception e) =>
        e is KubeException { IsExpired: true } or KubeException { IsAheadOfServer: true }
        || e is not (KubeException or IOException or HttpRequestException or SocketException);

    // Lists from the server's cache first, which spares etcd when thousands of watches expire together. If that fails,
    // lists the most recent state, and if its pages expire before they are read, lists it unpaged.
    private ListQuery FresherList() =>
        _position is { } position ? ListQuery.NotOlderThan(position)
        : _nextList == ListQuery.Consistent ? ListQuery.ConsistentWhole
        : ListQuery.Consistent;

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(delay, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // RunAsync handles the cancellation.
        }
    }

    private TimeSpan Lifetime() =>
        options.Lifetime.Shortest + ((options.Lifetime.Longest - options.Lifetime.Shortest) * random.NextDouble());

    // An unreachable server fails with the same message every few seconds, so log it once.
    private void Report(Exception e)
    {
        var message = e is KubeException ? e.Message : $"{e.GetType().Name}: {e.Message}";
        if (message != _lastFailure)
        {
            Log.Failed(logger, resource.Plural, message);
        }

        _lastFailure = message;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ListWatchFailed", Level = LogLevel.Warning, Message = "The watch of {Resource} failed; the last known state stays in use: {Failure}")]
        public static partial void Failed(ILogger logger, string resource, string failure);

        [LoggerMessage(EventName = "ListWatchRecovered", Level = LogLevel.Information, Message = "The watch of {Resource} works again")]
        public static partial void Recovered(ILogger logger, string resource);
    }
}
