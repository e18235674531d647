using System.Diagnostics;

namespace ImdsProxy.LoadTests.Measuring;

/// <summary>What a process has used so far.</summary>
/// <param name="Peak">The most resident memory, in bytes.</param>
/// <param name="Processor">The processor time.</param>
internal readonly record struct ProcessUse(long Peak, TimeSpan Processor)
{
    /// <summary>Reads it. A process that has ended meanwhile, which a check beforehand can't exclude, keeps what was read last.</summary>
    public static ProcessUse Of(Process process, ProcessUse last)
    {
        try
        {
            process.Refresh();
            return new ProcessUse(Math.Max(last.Peak, process.PeakWorkingSet64), process.TotalProcessorTime);
        }
        catch (InvalidOperationException)
        {
            return last;
        }
    }
}
