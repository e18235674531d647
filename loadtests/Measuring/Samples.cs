namespace ImdsProxy.LoadTests.Measuring;

/// <summary>All measurements of a run, with statistics.</summary>
internal sealed class Samples
{
    private readonly List<Sample> _all = [];

    public IReadOnlyList<Sample> All => _all;

    public void Add(Sample sample) => _all.Add(sample);

    /// <summary>The figures of a load on a peer by round; empty if it was not measured.</summary>
    public IReadOnlyDictionary<int, Figures> Of(string load, string peer) =>
        _all.Where(sample => sample.Load.FullName == load && sample.Peer == peer).ToDictionary(sample => sample.Round, sample => sample.Figures);

    /// <summary>A figure's spread over all rounds; null if it was not measured.</summary>
    public Spread? Spread(Load load, string peer, Func<Figures, double> figure) =>
        Measuring.Spread.Of(Of(load.FullName, peer).Values.Select(figure));

    /// <summary>The spread of the ratio of two figures of the same round, over all rounds that have both; null if there are none.</summary>
    public Spread? Ratio((Load Load, string Peer) of, (Load Load, string Peer) to, Func<Figures, double> figure)
    {
        var others = Of(to.Load.FullName, to.Peer);
        return Measuring.Spread.Of(Of(of.Load.FullName, of.Peer).Where(own => others.ContainsKey(own.Key)).Select(own => figure(own.Value) / figure(others[own.Key])));
    }
}
