namespace ImdsProxy.Serving;

/// <summary>One part of the memory that the proxy may hold.</summary>
/// <param name="Name">A short description.</param>
/// <param name="Heap">Bytes managed by the garbage collector.</param>
/// <param name="Other">Bytes elsewhere: in the kernel, or of the program itself.</param>
internal sealed record MemoryPart(string Name, long Heap, long Other = 0);
