namespace ImdsProxy.Serving;

/// <summary>One part of what the proxy may hold.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Heap">Bytes of it that the collector manages.</param>
/// <param name="Other">Bytes of it elsewhere: in the kernel, or the program itself.</param>
internal sealed record MemoryPart(string Name, long Heap, long Other = 0);
