using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>Plays the scenes against the proxy and keeps the outcome of each request.</summary>
internal sealed class Tour : IDisposable
{
    private readonly Screen _screen;
    private readonly AuditTail _tail;
    private readonly ImmutableDictionary<DemoPod, PodClient> _clients;
    private readonly List<TourResult> _results = [];

    public Tour(Screen screen, AuditTail tail, IPEndPoint proxy)
    {
        _screen = screen;
        _tail = tail;
        _clients = DemoCast.All.ToImmutableDictionary(pod => pod, pod => new PodClient(pod, proxy));
    }

    public IReadOnlyList<TourResult> Results => _results;

    public async Task PlayAsync(ImmutableArray<TourScene> scenes, PolicyMode mode, CancellationToken cancellation)
    {
        foreach (var scene in scenes)
        {
            _screen.Heading(scene.Title);
            _screen.Text(scene.Introduction, Ink.Dim);
            TourRows.Show(_screen, await PlayAsync(scene.Steps, mode, cancellation));
        }
    }

    /// <summary>Sends requests without showing them.</summary>
    public async Task<IReadOnlyList<TourResult>> PlayAsync(ImmutableArray<TourStep> steps, PolicyMode mode, CancellationToken cancellation)
    {
        var played = new List<TourResult>();
        foreach (var step in steps)
        {
            played.Add(await PlayAsync(step, mode, cancellation));
        }

        _results.AddRange(played);
        return played;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    private async Task<TourResult> PlayAsync(TourStep step, PolicyMode mode, CancellationToken cancellation)
    {
        var answer = await _clients[step.Pod].GetAsync(step.Target, cancellation);
        var line = await _tail.NextAsync(line => line.Event is null, cancellation);
        return new TourResult(step, mode, answer, line);
    }
}
