namespace ImdsProxy.Audit.Write;

/// <summary>Receives each batch of lines after it is written. It must copy the lines that it keeps, and must never block.</summary>
internal interface IRecordObserver
{
    void Written(ReadOnlySpan<byte> lines);
}
