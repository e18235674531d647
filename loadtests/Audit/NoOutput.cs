using ImdsProxy.Audit.Write;


namespace ImdsProxy.LoadTests.Audit;

/// <summary>Discards the checkpoints of a log that nobody collects.</summary>
internal sealed class NoOutput : IRecordOutput
{
    public void Write(ReadOnlySpan<byte> lines)
    {
        // Checkpoints would appear between the printed figures.
    }
}
