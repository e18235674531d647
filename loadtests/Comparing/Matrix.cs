using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Chooses the combinations of load and peer that are worth measuring.</summary>
internal static class Matrix
{
    /// <summary>The combinations that the targets need.</summary>
    public static IReadOnlyList<Cell> Targets(Contenders all) =>
    [
        .. Cells(Loads.Instance(1), Forwarders(all)), .. Cells(Loads.SameInstance(1), all.Shipped.Peer),
        .. Cells(Loads.Instance(32), Forwarders(all)), .. Cells(Loads.SameInstance(32), all.Shipped.Peer),
        .. Cells(Loads.Token(1), Peer.NoProxy, all.Shipped.Peer), .. Cells(Loads.TokenOfSlowImds, Peer.NoProxy, all.Shipped.Peer),
        .. Cells(Loads.Token(32), all.Shipped.Peer), .. Cells(Loads.Denial(32), all.Shipped.Peer),
    ];

    /// <summary>The same loads on the peers that no target mentions.</summary>
    public static IReadOnlyList<Cell> Beside(Contenders all) =>
    [
        .. Cells(Loads.Token(1), all.Kestrel, all.Nginx, all.Haproxy), .. Cells(Loads.Token(32), Peer.NoProxy, all.Kestrel, all.Nginx, all.Haproxy),
        .. Cells(Loads.Denial(32), all.Kestrel, all.Nginx, all.Haproxy),
    ];

    /// <summary>All other combinations.</summary>
    public static IReadOnlyList<Cell> More(Contenders all) =>
    [
        .. Cells(Loads.Instance(256), Forwarders(all)),
        .. Cells(Loads.Instance(1) with { ConnectionEach = true }, Forwarders(all)),
        .. Cells(Loads.Instance(32) with { ConnectionEach = true }, Forwarders(all)),
        .. Cells(Loads.Token(256), all.Nginx, all.Shipped.Peer),
        .. Cells(Loads.Tokens(1), all.Nginx, all.Strict.Peer), .. Cells(Loads.Tokens(32), all.Nginx, all.Strict.Peer),
        .. Cells(Loads.Denial(1), Filters(all)), .. Cells(Loads.Denial(256), Filters(all)),
        .. Cells(Loads.Malformed(1), Filters(all)), .. Cells(Loads.Malformed(32), Filters(all)),
        .. Cells(Loads.Mix(1), Filters(all)), .. Cells(Loads.Mix(32), Filters(all)), .. Cells(Loads.Mix(256), Filters(all)),
        .. Slow(all, 2), .. Slow(all, 20),
    ];

    /// <summary>One combination of each kind, to check that everything works.</summary>
    public static IReadOnlyList<Cell> Smoke(Contenders all) =>
    [
        .. Cells(Loads.Instance(32), Forwarders(all)), .. Cells(Loads.SameInstance(1), all.Shipped.Peer),
        .. Cells(Loads.Token(1), Peer.NoProxy, all.Shipped.Peer), .. Cells(Loads.Tokens(32), all.Strict.Peer),
        .. Cells(Loads.Denial(32), [all.Kestrel, .. Filters(all)]), .. Cells(Loads.Malformed(32), all.Shipped.Peer), .. Cells(Loads.Mix(256), all.Shipped.Peer),
        .. Cells(Loads.Instance(32) with { ConnectionEach = true, Latency = 2 }, all.Strict.Peer),
    ];

    // With an IMDS of realistic latency, the proxy in front of it matters less.
    private static IEnumerable<Cell> Slow(Contenders all, int latency) =>
        ((int[])[1, 32, 256]).SelectMany(connections => Cells(Loads.Instance(connections) with { Latency = latency }, Peer.NoProxy, all.Nginx, all.Strict.Peer));

    private static Peer[] Forwarders(Contenders all) => [Peer.NoProxy, all.Nginx, all.Haproxy, all.Yarp, all.Strict.Peer];

    private static Peer[] Filters(Contenders all) => [all.Nginx, all.Haproxy, all.Shipped.Peer];

    private static IEnumerable<Cell> Cells(Load load, params Peer[] peers) => peers.Select(peer => new Cell(load, peer));
}
