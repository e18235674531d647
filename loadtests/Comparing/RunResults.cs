using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Report;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>All results of a run.</summary>
internal sealed record RunResults(
    RunPlan Plan, Samples Samples, IReadOnlyList<StartFigures> Starts, MemoryFigures Memory, ReloadFigures Reloads, MachineFacts Machine);
