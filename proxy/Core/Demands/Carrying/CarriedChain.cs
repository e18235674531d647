namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>The sequence numbers of a chain.</summary>
/// <param name="Instance">The chain's name.</param>
/// <param name="Lines">The number of lines.</param>
/// <param name="IsScattered">Whether there were too many holes to keep.</param>
/// <param name="Spans">The spans without holes, each as first and last number, and the ticks of the first and the last line.</param>
internal sealed record CarriedChain(string Instance, long Lines, bool IsScattered, long[][] Spans);
