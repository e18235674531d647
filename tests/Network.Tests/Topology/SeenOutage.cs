namespace ImdsProxy.Network.Tests.Topology;

/// <summary>What a steady load saw.</summary>
/// <param name="Answered">The number of answered requests.</param>
/// <param name="Marked">The number of requests that the proxy answered.</param>
/// <param name="Silent">The longest time without an answer.</param>
/// <param name="Unmarked">The longest time between two answers of the proxy.</param>
/// <param name="Failed">The number of requests that failed.</param>
/// <param name="Text">The report.</param>
internal sealed record SeenOutage(int Answered, int Marked, TimeSpan Silent, TimeSpan Unmarked, int Failed, string Text);
