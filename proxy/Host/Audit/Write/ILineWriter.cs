namespace ImdsProxy.Audit.Write;

/// <summary>Numbers the lines of one chain and writes them.</summary>
internal interface ILineWriter
{
    /// <summary>Writes lines, and notes on each whether it is with the kernel.</summary>
    /// <returns>Whether all of them are.</returns>
    bool Write(ReadOnlySpan<PendingLine> lines);
}
