namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>How many nodes are asked at a time, and how long each may take.</summary>
internal sealed record NodeLimits(int Parallel, TimeSpan Timeout);
