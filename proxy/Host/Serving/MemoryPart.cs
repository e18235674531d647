namespace ImdsProxy.Serving;

/// <summary>One part of the memory that the proxy may hold.</summary>
/// <param name="Name">A short description.</param>
/// <param name="Heap">The number of bytes that the garbage collector manages.</param>
/// <param name="Other">The number of other bytes: in the kernel, or in the program itself.</param>
internal sealed record MemoryPart(string Name, long Heap, long Other = 0);
