using ImdsProxy.Host.Tests.Kubernetes;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>The memory of a log whose stdout hangs. Runs alone, because it measures the process.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class StalledStdoutMemoryTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private readonly ManualResetEventSlim _held = new();

    public void Dispose()
    {
        _held.Set();
        _directory.Dispose();
        _held.Dispose();
    }

    [Fact]
    public async Task Write_StdoutBesideADirectoryHangsForLong_BoundsMemoryAndReportsLosses()
    {
        const int records = 6000;
        await using (var log = _directory.Open(static options => options with { StandardOutput = true }, new ManualTime()))
        {
            _directory.Stdout.Held = _held;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var n = 0; n < records; n++)
            {
                (await log.WriteAsync(Records.Allowed(new string('a', 1200)))).ShouldBeTrue();
            }

            log.StdoutLost.ShouldBeGreaterThan(0);
            (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(8 << 20);
            _directory.Stdout.Held = null;
            _held.Set();
        }

        var lines = StallTests.Lines(await File.ReadAllTextAsync(_directory.Segments.Single()));
        var lost = lines.Where(static line => StallTests.Name(line) == "records-lost").ToList();
        lost.ShouldNotBeEmpty();
        lost.ShouldAllBe(static line => line.GetProperty("by").GetString() == "stdout");
        var told = lost.Sum(static line => line.GetProperty("count").GetInt64());
        var onStdout = StallTests.Lines(_directory.Stdout.Text).Count(static line => StallTests.Name(line) != "checkpoint");
        (told + onStdout).ShouldBe(lines.Count);
    }
}
