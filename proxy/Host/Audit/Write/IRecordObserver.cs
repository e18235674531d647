namespace ImdsProxy.Audit.Write;

/// <summary>Gets each batch of lines once it is written. Copies what it keeps, and never blocks.</summary>
internal interface IRecordObserver
{
    void Written(ReadOnlySpan<byte> lines);
}
