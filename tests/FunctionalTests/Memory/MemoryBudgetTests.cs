using System.Net;
using ImdsProxy.Management;
using ImdsProxy.Serving;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

public sealed class MemoryBudgetTests
{
    private static readonly ServeOptions Defaults = new() { Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) } };

    [Fact]
    public void MemoryBudget_OfAllLimits_FitsTheChartsMemory() => new MemoryBudget(Defaults).Total.ShouldBeLessThanOrEqualTo(ChartLimit.Bytes);

    [Fact]
    public void MemoryBudget_OfTheManagedHeap_FitsItsShare()
    {
        AppContext.GetData("System.GC.HeapHardLimitPercent").ShouldBeNull("the tests' own process has no limit");
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "imds-proxy.runtimeconfig.json"))
            .ShouldContain($"\"System.GC.HeapHardLimitPercent\": {MemoryBudget.HeapPercent}");
        new MemoryBudget(Defaults).Heap.ShouldBeLessThanOrEqualTo(ChartLimit.Bytes * MemoryBudget.HeapPercent / 100);
    }

    [Fact]
    public void MemoryBudget_WithTheFormerConnectionLimit_DoesNotFit() =>
        new MemoryBudget(Defaults with { Listen = Defaults.Listen with { MaxConnections = 4096 } }).Total.ShouldBeGreaterThan(ChartLimit.Bytes);
}
