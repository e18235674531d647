namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>The coverage of a node.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="First">The first line in the time range, in ticks.</param>
/// <param name="Last">The last line in the time range, in ticks.</param>
/// <param name="HasRemovals">Whether retention removed segments.</param>
/// <param name="Hours">The hours with a line, as first and last hour of each run.</param>
/// <param name="Losses">The lost records, each as from, to and count.</param>
/// <param name="Chains">The node's chains.</param>
internal sealed record CarriedNode(string Name, long First, long Last, bool HasRemovals, int[][] Hours, long[][] Losses, CarriedChain[] Chains);
