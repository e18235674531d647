namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The resources that the proxy holds after a number of requests.</summary>
/// <param name="Requests">The number of requests it has served.</param>
/// <param name="Megabytes">The resident memory, in MB.</param>
/// <param name="Handles">The number of open file descriptors.</param>
internal sealed record MemoryFigures(long Requests, double Megabytes, int Handles);
