using System.Net.Sockets;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>
/// Keeps a sink equal to what the API server has: a list, then a watch from there, then a watch from where that one
/// ended. Only when the server no longer knows that place is all listed again, and the sink keeps what it has meanwhile.
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

    /// <summary>How fresh the sink is.</summary>
    public ListWatchHealth Health { get; } = new(time);

    /// <summary>Runs until cancelled. No failure ends it.</summary>
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
            throw new KubeException($"the watch of {resource.Plural} was silent for {options.Silence.TotalSeconds:0} s", e);
        }

        if (time.GetElapsedTime(started) < TimeSpan.FromSeconds(1))
        {
            // An end as soon as the beginning, again and again, would be a busy loop.
            throw new KubeException($"the watch of {resource.Plural} ended at once");
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
        // A place that is too old is nobody's fault: the first time, listing anew need not wait, not even after an outage,
        // whose end each node has found at a moment of its own.
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

    // The server is away or says no: the place is still good. Otherwise what it sent, or asked for, can't be continued.
    private static bool IsPlaceLost(Exception e) =>
        e is KubeException { IsExpired: true } or KubeException { IsAheadOfServer: true }
        || e is not (KubeException or IOException or HttpRequestException or SocketException);

    // First from the server's cache, which spares etcd when thousands of watches expire together; if that fails too,
    // the newest there is; if its pages expire before they are read, in one piece.
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
            // RunAsync sees it.
        }
    }

    private TimeSpan Lifetime() =>
        options.Lifetime.Shortest + ((options.Lifetime.Longest - options.Lifetime.Shortest) * random.NextDouble());

    // A server that is away says the same thing every few seconds; saying it once is enough.
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
        [LoggerMessage(1, LogLevel.Warning, "Following {Resource} failed, what is known is kept: {Failure}", EventName = "ListWatchFailed")]
        public static partial void Failed(ILogger logger, string resource, string failure);

        [LoggerMessage(2, LogLevel.Information, "Following {Resource} again", EventName = "ListWatchRecovered")]
        public static partial void Recovered(ILogger logger, string resource);
    }
}
