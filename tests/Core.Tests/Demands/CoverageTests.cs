using System.Text.Json.Nodes;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class CoverageTests
{
    [Fact]
    public void Coverage_OfTwoNodes_NamesThemAndTheirDays()
    {
        var (one, other) = (new SampleLog("aks-2"), new SampleLog());
        Live(one, 0, 24);
        Live(other, 0, 72);

        var coverage = SampleLog.Reduce(one, other).Coverage;

        coverage.Nodes.ShouldBe(["aks-1", "aks-2"]);
        (coverage.From, coverage.To, coverage.Days).ShouldBe((SampleLog.Day(0), SampleLog.Day(0).AddHours(71), 3));
        coverage.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void Coverage_WithoutALine_IsEmpty() => SampleLog.Reduce(new SampleLog()).Coverage.ShouldSatisfyAllConditions(
        static coverage => coverage.From.ShouldBeNull(),
        static coverage => coverage.Nodes.ShouldBeEmpty());

    [Fact]
    public void Gaps_OfMissingSequenceNumbers_TellTheirNumberAndTime()
    {
        var log = new SampleLog();
        Live(log, 0, 2);
        log.Lose(7);
        Live(log, 2, 2);

        SampleLog.Reduce(log).Coverage.Gaps.ShouldBe([new CoverageGap("aks-1", GapKind.Hole, SampleLog.Start.AddHours(1), SampleLog.Start.AddHours(2), 7)]);
    }

    [Fact]
    public void Gaps_WhereChainsAreNotSeenWhole_AreNoHoles()
    {
        var log = new SampleLog();
        Live(log, 0, 2);
        log.Lose(7);
        Live(log, 2, 2);

        SampleLog.Reduce(new ReduceOptions { SeesWholeChains = false }, log).Coverage.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void Gaps_OfHoursWithoutALine_AreSilent()
    {
        var log = new SampleLog();
        Live(log, 0, 2);
        Live(log, 5, 2);

        SampleLog.Reduce(log).Coverage.Gaps.ShouldBe([new CoverageGap("aks-1", GapKind.Silent, SampleLog.Start.AddHours(2), SampleLog.Start.AddHours(5), 0)]);
    }

    [Fact]
    public void Gaps_OfRecordsThatWereLost_TellWhatTheNodeReported()
    {
        var log = new SampleLog();
        Live(log, 0, 3);
        log.Add(SampleLog.Start.AddHours(2), "records-lost", new JsonObject { ["count"] = 12, ["since"] = "2026-11-01T01:30:00.0000000Z" });
        log.Add(SampleLog.Start.AddHours(2), "records-lost", new JsonObject { ["count"] = 99, ["by"] = "otlp" });

        SampleLog.Reduce(log).Coverage.Gaps.ShouldBe([new CoverageGap("aks-1", GapKind.Lost, SampleLog.Start.AddHours(1.5), SampleLog.Start.AddHours(2), 12)]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Gaps_OfANodeThatBeginsLater_AreRetentionOnlyIfItRemovedSegments(bool removed, bool isGap)
    {
        var (old, late) = (new SampleLog(), new SampleLog("aks-7"));
        Live(old, 0, 96);
        Live(late, 72, 24);
        if (removed)
        {
            late.Add(SampleLog.Start.AddHours(95), "segments-removed", new JsonObject { ["count"] = 1, ["segments"] = new JsonArray("a") });
        }

        SampleLog.Reduce(old, late).Coverage.Gaps.ShouldBe(isGap ? [new CoverageGap("aks-7", GapKind.Retention, SampleLog.Day(0), SampleLog.Day(3), 0)] : []);
    }

    [Fact]
    public void Gaps_OfANodeWhoseChainBeginsInTheMiddle_AreRetention()
    {
        var (old, late) = (new SampleLog(), new SampleLog("aks-7"));
        Live(old, 0, 48);
        late.Lose(100);
        Live(late, 24, 24);

        SampleLog.Reduce(old, late).Coverage.Gaps.ShouldHaveSingleItem().Kind.ShouldBe(GapKind.Retention);
    }

    private static void Live(SampleLog log, int from, int hours)
    {
        for (var hour = from; hour < from + hours; hour++)
        {
            log.Add(SampleLog.Start.AddHours(hour), "alive");
        }
    }
}
