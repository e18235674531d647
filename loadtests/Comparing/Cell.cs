using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>A combination of a load and a peer.</summary>
internal sealed record Cell(Load Load, Peer Peer);
