namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The figures of one load on one peer in one round.</summary>
internal sealed record Sample(Load Load, string Peer, int Round, Figures Figures);
