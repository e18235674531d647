using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Segments;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Someone removes a segment that is being written. The clock stands still, so the removal is noticed only when a test says so.</summary>
public sealed class RemovedSegmentTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private readonly ManualTime _time = new();

    // Longer than the interval between two checks.
    private static readonly TimeSpan Noticed = TimeSpan.FromMilliseconds(11);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Write_BeforeARemovalIsNoticed_IsInTheNextSegmentOnce()
    {
        await using var log = await OpenAndRemoveAsync(_directory.Path);
        (await log.WriteAsync(Records.Allowed("meanwhile"))).ShouldBeTrue();
        _directory.Segments.ShouldBeEmpty();

        _time.Advance(Noticed);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        ShouldHave(_directory.Path, "meanwhile", "after");
    }

    [Fact]
    public async Task Write_LastBeforeARemovalIsNoticed_IsWrittenAgainWithoutAnotherWrite()
    {
        await using var log = await OpenAndRemoveAsync(_directory.Path, retryInterval: TimeSpan.FromMilliseconds(20));

        (await log.WriteAsync(Records.Allowed("last"))).ShouldBeTrue();

        await LogDirectory.UntilAsync(() => _directory.Segments.Count == 1);
        ShouldHave(_directory.Path, "last");
    }

    [Fact]
    public async Task Write_PastTheSegmentSizeAfterARemoval_TakesOverAllRecords()
    {
        await using var log = await OpenAndRemoveAsync(_directory.Path, segmentBytes: 2000);
        var ids = Enumerable.Range(0, 6).Select(static n => $"r{n}").ToArray();
        foreach (var id in ids)
        {
            (await log.WriteAsync(Records.Allowed(id))).ShouldBeTrue();
        }

        ShouldHave(_directory.Path, ids);
    }

    [Fact]
    public async Task Close_BeforeARemovalIsNoticed_KeepsTheRecords()
    {
        await using (var log = await OpenAndRemoveAsync(_directory.Path))
        {
            (await log.WriteAsync(Records.Allowed("last"))).ShouldBeTrue();
        }

        ShouldHave(_directory.Path, "last");
    }

    [Fact]
    public async Task Write_BeforeRemovalOfTheDirectoryIsNoticed_IsWrittenOnceTheDirectoryIsBack()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using var log = await OpenAndRemoveAsync(path);
        Directory.Delete(path, recursive: true);
        await File.WriteAllTextAsync(path, "");
        (await log.WriteAsync(Records.Allowed("meanwhile"))).ShouldBeTrue();
        _time.Advance(Noticed);
        (await log.WriteAsync(Records.Allowed("to stdout"))).ShouldBeTrue();
        log.Degraded.ShouldNotBeNull();

        File.Delete(path);
        _time.Advance(TimeSpan.FromDays(1));
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        ShouldHave(path, "meanwhile", "after");
        _directory.Stdout.Text.ShouldContain("\"id\":\"to stdout\"");
        _directory.Stdout.Text.ShouldNotContain("\"id\":\"meanwhile\"");
    }

    [Fact]
    public async Task Close_WithoutTheDirectory_WritesPendingRecordsToStdout()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using (var log = await OpenAndRemoveAsync(path))
        {
            Directory.Delete(path, recursive: true);
            await File.WriteAllTextAsync(path, "");
            (await log.WriteAsync(Records.Allowed("meanwhile"))).ShouldBeTrue();
        }

        _directory.Stdout.Text.ShouldContain("\"id\":\"meanwhile\"");
    }

    // From a file that was truncated and then removed, only whole lines are worth keeping.
    [Fact]
    public async Task Write_AfterTheSegmentWasTruncatedAndRemoved_TakesOverWholeLinesOnly()
    {
        await using var log = _directory.Open(options => options with { RetryInterval = TimeSpan.FromDays(1) }, _time);
        await log.WriteAsync(Records.Allowed("before"));
        await using (var segment = new FileStream(_directory.Segments.Single(), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            segment.SetLength(0);
        }

        await log.WriteAsync(Records.Allowed("meanwhile"));
        File.Delete(_directory.Segments.Single());
        _time.Advance(Noticed);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        ShouldHave(_directory.Path, "meanwhile", "after");
    }

    // The system clock may be set back by hours. A directory that failed once must not wait until the old time is reached again.
    [Fact]
    public async Task Write_AfterTheClockWasSetBack_StillStartsTheNextSegment()
    {
        var (path, time) = (Path.Combine(_directory.Path, "log"), new SetBackTime());
        await File.WriteAllTextAsync(path, "");
        await using var log = _directory.Open(options => options with { Directory = path }, time);
        log.Degraded.ShouldNotBeNull();
        File.Delete(path);
        await LogDirectory.UntilAsync(() => log.Degraded is null);
        time.SetBack(TimeSpan.FromHours(2));
        File.Delete(SegmentEntry.ReadAll(path).Single().Path);

        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        ShouldHave(path, "after");
    }

    private async Task<AuditLog> OpenAndRemoveAsync(string path, long segmentBytes = 1 << 20, TimeSpan? retryInterval = null)
    {
        var log = _directory.Open(
            options => options with { Directory = path, SegmentBytes = segmentBytes, RetryInterval = retryInterval ?? TimeSpan.FromDays(1) }, _time);
        await log.WriteAsync(Records.Allowed("before"));
        File.Delete(SegmentEntry.ReadAll(path).Single().Path);
        return log;
    }

    private static void ShouldHave(string path, params string[] ids)
    {
        var lines = SegmentEntry.ReadAll(path).OrderBy(entry => entry.Name.Number).SelectMany(SegmentLines.Lines).Select(line => JsonNode.Parse(line)!).ToList();
        lines.Where(line => (string?)line["kind"] == "request").Select(line => (string?)line["id"]).Where(id => id != "before").ShouldBe(ids);
        lines.Select(line => (long)line["seq"]!).ShouldBeInOrder(SortDirection.Ascending);
        lines.Select(line => (long)line["seq"]!).ShouldBeUnique();
    }

    private sealed class SetBackTime : TimeProvider
    {
        private TimeSpan _back;

        public void SetBack(TimeSpan by) => _back = by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - _back;
    }
}
