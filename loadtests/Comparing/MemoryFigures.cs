namespace ImdsProxy.LoadTests.Comparing;

/// <summary>What the proxy holds after so many requests.</summary>
/// <param name="Requests">How many it has had.</param>
/// <param name="Megabytes">Its resident memory, in MB.</param>
/// <param name="Handles">Its open file descriptors.</param>
internal sealed record MemoryFigures(long Requests, double Megabytes, int Handles);
