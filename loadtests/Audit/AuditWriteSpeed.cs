using System.Diagnostics;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.LoadTests.Audit;

/// <c>audit-write DIR</c>: measures the cost of waiting for a record, with one waiter and with many.
internal static class AuditWriteSpeed
{
    private const int Records = 200_000;

    public static async Task<int> RunAsync(string[] args)
    {
        foreach (var waiters in (int[])[1, 1, 8, 32])
        {
            await MeasureAsync(args[0], waiters);
        }

        return 0;
    }

    private static async Task MeasureAsync(string directory, int waiters)
    {
        await using var log = new AuditLog(new AuditOptions { Directory = directory }, TimeProvider.System, NullLogger<AuditLog>.Instance, new NoOutput());
        var took = new long[Records];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, waiters).Select(first => Task.Run(async () =>
        {
            for (var n = first; n < Records; n += waiters)
            {
                var record = AuditData.Record(n, TimeProvider.System.GetUtcNow());
                var start = Stopwatch.GetTimestamp();
                await log.WriteAsync(record);
                took[n] = Stopwatch.GetTimestamp() - start;
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Array.Sort(took);
        await Console.Out.WriteLineAsync($"{waiters,3} waiting: p50 {Micro(took, 0.5):0.0} µs, p99 {Micro(took, 0.99):0.0} µs, {Records / seconds:n0} records/s, {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / Records} bytes allocated a record, the record itself included");
    }

    private static double Micro(long[] sorted, double share) =>
        sorted[(int)(sorted.Length * share)] * 1e6 / Stopwatch.Frequency;
}
