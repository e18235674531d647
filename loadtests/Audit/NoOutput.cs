using ImdsProxy.Audit;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>Takes the checkpoints of a log that nobody collects.</summary>
internal sealed class NoOutput : IRecordOutput
{
    public void Write(ReadOnlySpan<byte> lines)
    {
        // They would stand between the figures.
    }
}
