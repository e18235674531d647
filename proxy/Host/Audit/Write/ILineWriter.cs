namespace ImdsProxy.Audit.Write;

/// <summary>Numbers lines and writes them.</summary>
internal interface ILineWriter
{
    /// <summary>Writes lines. True once all of them are with the kernel.</summary>
    bool Write(ReadOnlySpan<PendingLine> lines, long turn);
}
