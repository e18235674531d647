namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>A group of <c>audit stats</c>.</summary>
/// <param name="Key">The values of the fields.</param>
/// <param name="Count">The number of requests and events.</param>
/// <param name="Latency">The histogram's buckets that are not empty, as pairs of place and count.</param>
internal sealed record NodeGroup(string[] Key, long Count, int[] Latency);
