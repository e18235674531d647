using ImdsProxy.Enforce;
using ImdsProxy.Listen;

namespace ImdsProxy.Serving;

/// <summary>
/// The maximum memory that pods can make the proxy hold: the sum of its limits. A test checks that the sum fits the memory limit
/// of the chart. docs/memory.md shows the sum as a table.
/// </summary>
internal sealed class MemoryBudget(ServeOptions options)
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;

    /// <summary>
    /// The part of a container's memory that the garbage collector may use, as the project file sets it
    /// (<c>System.GC.HeapHardLimitPercent</c>).
    /// </summary>
    public const int HeapPercent = 65;

    // Linux doubles the size of a buffer for its own overhead: socket(7), SO_RCVBUF.
    private const long KernelBuffer = 2 * ListenOptions.SocketBuffer;

    // Kestrel's blocks have 4 KiB, and the first and last block of a buffer may be nearly empty.
    private const long PipeOverhead = 2 * 4 * KiB;

    // Measured: the objects of Kestrel for a connection and a request, the exchange and its tasks.
    private const long Objects = 12 * KiB;

    // YARP's copy buffer for a streamed answer, and the next piece of an answer that is not streamed.
    private const long Streaming = 64 * KiB;
    private const long Piece = 8 * KiB;

    // The size of one request's record.
    private const long Record = 8 * KiB;

    /// <summary>The cost of one connection while it is served.</summary>
    public MemoryPart Connection { get; } = new(
        "a connection that is served",
        (2 * (ListenOptions.PipeBuffer + PipeOverhead)) + Text(options.Listen.MaxHeaders + (3L * options.Listen.MaxRequestLine))
            + (2L * options.Listen.MaxBody) + Streaming + Piece + Record + Objects,
        2 * KernelBuffer);

    /// <summary>All parts.</summary>
    public IReadOnlyList<MemoryPart> Parts =>
    [
        Times("connections that are served", options.Listen.MaxConnections, Connection),
        Times("connections that wait until the connection they displaced has ended", ListenOptions.WaitingConnections, new("", ListenOptions.PipeBuffer + PipeOverhead, KernelBuffer)),
        Times("connections that are held before they are refused", ListenOptions.HeldConnections, new("", ListenOptions.PipeBuffer + PipeOverhead, KernelBuffer)),
        Times("requests that Kestrel refused and whose records are not yet written", RefusedRecords.MaxWaiting, new("", Record)),
        new("cached answers", options.Sharing.MaxBytes + (options.Sharing.MaxEntries * 4 * KiB)),
        new("remembered targets", 3 * MiB),
        new("records in transit to stdout, to OTLP and to the disk", 20 * MiB),
        new("the program, its threads, and what it holds when idle", 10 * MiB, 30 * MiB),
    ];

    /// <summary>The number of bytes that the garbage collector manages.</summary>
    public long Heap => Parts.Sum(static part => part.Heap);

    /// <summary>The total number of bytes.</summary>
    public long Total => Parts.Sum(static part => part.Heap + part.Other);

    // A character has two bytes in memory.
    private static long Text(long characters) => 2 * characters;

    private static MemoryPart Times(string name, long count, MemoryPart part) => new(name, count * part.Heap, count * part.Other);
}
