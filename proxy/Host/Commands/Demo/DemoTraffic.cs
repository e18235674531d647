using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>The workloads after the tour: they go on with their requests, so that the console shows a living cluster.</summary>
internal sealed class DemoTraffic : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ImmutableDictionary<DemoPod, PodClient> _clients;
    private readonly ImmutableArray<TourStep> _steps;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(string Caller, string Path), int> _expected = new();

    public DemoTraffic(DemoNode node, IPEndPoint proxy, TimeProvider time)
    {
        _clients = DemoCast.All.ToImmutableDictionary(pod => pod, pod => new PodClient(pod, proxy));
        _steps = TourScript.DayOfWork(node);
        _time = time;
    }

    /// <summary>Sends requests until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var n = 0; !cancellation.IsCancellationRequested; n++)
        {
            var step = _steps[n % _steps.Length];
            _expected.AddOrUpdate((step.Pod.ToString(), step.Target.Split('?')[0]), 1, static (_, count) => count + 1);
            try
            {
                await _clients[step.Pod].GetAsync(step.Target, cancellation);
                await Task.Delay(Pause, _time, cancellation);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
            {
                // The demo ends, or the request was cut off by its end.
            }
        }
    }

    /// <summary>Whether a line is of this traffic rather than of a request that somebody tries.</summary>
    public bool IsOwn(DemoLine line)
    {
        var key = (line.Caller, line.Path);
        while (_expected.TryGetValue(key, out var count) && count > 0)
        {
            if (_expected.TryUpdate(key, count - 1, count))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
