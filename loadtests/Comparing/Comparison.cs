using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Runs loads against peers in turns and keeps the measurements.</summary>
internal sealed class Comparison(NodeTopology topology, RunningStub stub, Samples samples)
{
    private readonly Dictionary<string, long> _asked = [];

    /// <summary>The total number of requests that a peer has received, including warm-up.</summary>
    public long AskedOf(Peer peer) => _asked.GetValueOrDefault(peer.Name);

    /// <summary>Lets each peer compile and connect before it is measured.</summary>
    public async Task WarmAsync(IReadOnlyList<Cell> cells, int seconds)
    {
        foreach (var cell in seconds == 0 ? [] : cells)
        {
            await MeasureAsync(cell.Load, cell.Peer, seconds);
        }
    }

    /// <summary>
    /// Measures all cells, round by round. Every other round runs in reverse order, because the first cell runs on a
    /// machine that the others have not warmed yet.
    /// </summary>
    public async Task RunAsync(IReadOnlyList<Cell> cells, int rounds, int seconds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var cell in round % 2 == 0 ? cells : cells.Reverse())
            {
                var figures = await MeasureAsync(cell.Load, cell.Peer, seconds);
                samples.Add(new Sample(cell.Load, cell.Peer.Name, round, figures));
                await Console.Out.WriteLineAsync(
                    $"{cell.Load.FullName,-58} {cell.Peer.Name,-26} p50 {figures.P50,6:0} µs  p99 {figures.P99,7:0} µs  {figures.PerSecond,8:n0}/s  {figures.Processor,5:0.0} µs of a processor  {figures.Upstream,4:0.00} to IMDS");
            }
        }
    }

    /// <summary>Runs one load against one peer.</summary>
    /// <exception cref="InvalidOperationException">The peer's process ended.</exception>
    public async Task<Figures> MeasureAsync(Load load, Peer peer, int seconds)
    {
        await topology.InterceptAsync(peer.Port);
        await stub.SetLatencyAsync(load.Latency);
        var (asked, processor) = (await stub.AskedAsync(), peer.Process?.ProcessorTime ?? TimeSpan.Zero);
        var figures = await Generator.RunAsync(topology, load, seconds);
        if (peer.Process?.HasEnded == true)
        {
            throw new InvalidOperationException($"{peer.Name} ended under load");
        }

        _asked[peer.Name] = AskedOf(peer) + figures.Requests;
        return figures with
        {
            Processor = ((peer.Process?.ProcessorTime ?? TimeSpan.Zero) - processor).TotalMicroseconds / figures.Requests,
            Upstream = (await stub.AskedAsync() - asked) / (double)figures.Requests,
        };
    }
}
