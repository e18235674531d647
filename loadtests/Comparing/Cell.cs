using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>One load on one peer.</summary>
internal sealed record Cell(Load Load, Peer Peer);
