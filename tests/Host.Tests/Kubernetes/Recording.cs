using System.Collections.Concurrent;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.Host.Tests.Kubernetes;

/// <summary>A list-watch of a fake API server, and everything it reported.</summary>
internal sealed class Recording : IListWatchSink<PodObject>, IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly ListWatch<PodObject> _watch;

    public Recording(FakeApiServer server, TimeProvider? time = null, ILogger<ListWatch<PodObject>>? logger = null)
    {
        _http = KubeConnection.Open(new KubeSettings(server.Address, server.TokenFile, server.CaFile));
        var clock = time ?? TimeProvider.System;
        var client = new KubeClient(_http, new KubeToken(server.TokenFile, clock), clock);
        _watch = new ListWatch<PodObject>(
            client,
            KubeResources.PodsOfNode(FakePods.Node),
            this,
            new ListWatchOptions { FirstListSpread = TimeSpan.Zero },
            clock,
            new Random(1),
            logger ?? NullLogger<ListWatch<PodObject>>.Instance);
        _running = _watch.RunAsync(_stop.Token);
    }

    public ConcurrentDictionary<string, PodObject> Pods { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Told { get; } = new();

    public string Version { get; private set; } = "";

    public ListWatchHealth Health => _watch.Health;

    public void Replace(IReadOnlyCollection<PodObject> all, string resourceVersion)
    {
        Told.Enqueue($"replace {all.Count}");
        foreach (var gone in Pods.Keys.Except(all.Select(static pod => pod.Metadata.Name), StringComparer.Ordinal).ToList())
        {
            Pods.TryRemove(gone, out _);
        }

        foreach (var pod in all)
        {
            Pods[pod.Metadata.Name] = pod;
        }
    }

    public void Upsert(PodObject subject)
    {
        Told.Enqueue($"upsert {subject.Metadata.Name}");
        Pods[subject.Metadata.Name] = subject;
    }

    public void Delete(PodObject subject)
    {
        Told.Enqueue($"delete {subject.Metadata.Name}");
        Pods.TryRemove(subject.Metadata.Name, out _);
    }

    public void Reached(string resourceVersion) => Version = resourceVersion;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
#pragma warning disable VSTHRD003 // Started by the constructor.
        await _running;
#pragma warning restore VSTHRD003
        _http.Dispose();
        _stop.Dispose();
    }
}
