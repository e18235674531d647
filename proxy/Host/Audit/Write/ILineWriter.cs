namespace ImdsProxy.Audit.Write;

/// <summary>Numbers the lines of one chain and writes them.</summary>
internal interface ILineWriter
{
    /// <summary>Writes lines, and sets the state of each line.</summary>
    /// <returns>Whether the kernel has all of them.</returns>
    bool Write(ReadOnlySpan<PendingLine> lines);
}
