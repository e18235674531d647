using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class SegmentTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("audit-20261121T043000Z-b7f1-12.jsonl", true)]
    [InlineData("audit-20261121T043000Z-b7f1-12.jsonl.gz", true)]
    [InlineData("audit-reserve-20261121T043000Z-c0de-3.jsonl", true)]
    [InlineData("audit-reserve-20261121T043000Z-c0de-3.jsonl.gz", true)]
    [InlineData("audit-reserve-c0de-3.jsonl", false)]
    [InlineData("audit-20261121T043000Z-b7f1-12.jsonl.gz.ab12", false)]
    [InlineData("audit-20261121T043000Z-b7f1.jsonl", false)]
    [InlineData("audit-yesterday-b7f1-1.jsonl", false)]
    [InlineData("policies", false)]
    public void Parse_FileName_RecognizesSegments(string name, bool isSegment) =>
        (SegmentName.Parse(name) is not null).ShouldBe(isSegment);

    [Theory]
    [InlineData("audit-20261121T043000Z-b7f1-12.jsonl")]
    [InlineData("audit-reserve-20261121T043000Z-c0de-3.jsonl")]
    public void ToString_OfAParsedName_IsTheUncompressedName(string name) => SegmentName.Parse($"{name}.gz")!.ToString().ShouldBe(name);

    [Fact]
    public async Task Write_PastTheSegmentSize_StartsTheNextSegmentAndCompressesEarlierOnes()
    {
        await using (var log = _directory.Open(options => options with { SegmentBytes = 2000 }))
        {
            for (var n = 0; n < 50; n++)
            {
                await log.WriteAsync(Records.Allowed($"r{n}"));
            }

            await LogDirectory.UntilAsync(() => _directory.Segments.Count == 1);
        }

        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        report.Segments.ShouldBeGreaterThan(5);
        report.Records.ShouldBe(51);
    }

    [Fact]
    public async Task Keep_SegmentOfSeveralSlices_CompressesAllOfThem()
    {
        var lines = await WriteDoneAsync(megabytes: 3);

        await Keeper().KeepAsync(CancellationToken.None);

        var compressed = SegmentEntry.ReadAll(_directory.Path)[0];
        compressed.Compressed.ShouldBeTrue();
        using var reader = new StreamReader(SegmentEntry.Open(compressed.Path, compressed: true));
        (await reader.ReadToEndAsync()).ShouldBe(lines);
    }

    [Fact]
    public async Task Keep_StoppedDuringACompression_LeavesOnlyTheSegment()
    {
        var lines = await WriteDoneAsync(megabytes: 3);
        using var stop = new CancellationTokenSource();

        var keeping = Keeper(new HeldTime()).KeepAsync(stop.Token);
        Files().ShouldBe(3, "it is compressed in several steps");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(keeping);

        Files().ShouldBe(2);
        (await File.ReadAllTextAsync(_directory.Segments[0])).ShouldBe(lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keep_SegmentThatAnotherProcessCompressed_KeepsThatResult(bool isStillThere)
    {
        await WriteDoneAsync(megabytes: 3);
        var (segment, time) = (_directory.Segments[0], new HeldTime());
        var compressed = SegmentEntry.CompressedPath(segment);

        var keeping = Keeper(time).KeepAsync(CancellationToken.None);
        File.Delete(segment);
        if (isStillThere)
        {
            await File.WriteAllTextAsync(compressed, "the other's");
        }

        time.Release();
        await keeping;

        // If the other process's retention removed the file, it must not reappear.
        File.Exists(compressed).ShouldBe(isStillThere);
        Files().ShouldBe(isStillThere ? 2 : 1);
        if (isStillThere)
        {
            (await File.ReadAllTextAsync(compressed)).ShouldBe("the other's");
        }
    }

    [Fact]
    public async Task Keep_PastTheTotalSize_RemovesTheOldestAndAnnouncesIt()
    {
        await using (var log = _directory.Open(options => options with { SegmentBytes = 2000, MaxBytes = 20_000 }))
        {
            for (var n = 0; n < 400; n++)
            {
                await log.WriteAsync(Records.Allowed($"r{n}"));
            }

            await LogDirectory.UntilAsync(() => log.SegmentsRemoved > 10);
        }

        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldContain(note => note.Contains("retention removed", StringComparison.Ordinal));
        report.Removed.ShouldNotBeEmpty();
        await CutBeginning(SegmentEntry.ReadAll(_directory.Path)[0]);
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldContain(problem => problem.Contains("does not continue", StringComparison.Ordinal));
    }

    // Two processes of a rollout share one directory. A segment that the other process compressed is not lost.
    [Fact]
    public async Task Now_OfASegmentCompressedSinceItWasListed_IsTheCompressedFile()
    {
        await _directory.WriteAsync(3);
        var listed = SegmentEntry.ReadAll(_directory.Path).Single();
        listed.Now().ShouldBe(listed);

        File.Move(listed.Path, SegmentEntry.CompressedPath(listed.Path));

        listed.Now().ShouldBe(listed with { Path = SegmentEntry.CompressedPath(listed.Path), Compressed = true });
        listed.Now().ShouldBe(SegmentEntry.ReadAll(_directory.Path).Single());
    }

    private int Files() => Directory.EnumerateFiles(_directory.Path, "audit-*").Count();

    // Files come and go while they are counted.
    private static long Bytes(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("audit-*").Sum(static file => file.Exists ? file.Length : 0);

    private static async Task CutBeginning(SegmentEntry segment)
    {
        using var reader = new StreamReader(segment.Open());
        var text = await reader.ReadToEndAsync();
        File.Delete(segment.Path);
        await File.WriteAllTextAsync(segment.Path.Replace(".gz", "", StringComparison.Ordinal), text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public async Task Write_WithASmallTotalSize_EndsSegmentsEarlyAndStaysWithinIt()
    {
        const int room = 1 << 20;
        await using var log = _directory.Open(options => options with { MaxBytes = room });
        for (var n = 0; n < 6000; n++)
        {
            await log.WriteAsync(Records.Allowed($"r{n}"));
        }

        await LogDirectory.UntilAsync(() => Bytes(_directory.Path) <= room && _directory.Segments.Count == 1);
    }

    // The kernel releases a lock when its process ends. A draft that is still locked belongs to another process.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keep_DraftOfAnotherProcess_IsRemovedOnceThatProcessIsGone(bool isRunning)
    {
        var draft = Path.Combine(_directory.Path, "audit-20261121T043000Z-b7f1-1.jsonl.gz.b7f1");
        using (var other = DraftFile.Create(draft))
        {
            await File.WriteAllTextAsync(draft, "half");
            if (!isRunning)
            {
                other.Close();
            }

            await Keeper().KeepAsync(CancellationToken.None);

            File.Exists(draft).ShouldBe(isRunning);
        }
    }

    [Fact]
    public async Task KeepPolicy_SameRevisionTwice_IsKeptOnce()
    {
        await using var log = _directory.Open();

        (await log.KeepPolicyAsync("3f2a9c1e77aa", "{}"u8.ToArray())).ShouldBeNull();
        (await log.KeepPolicyAsync("3f2a9c1e77aa", "{}"u8.ToArray())).ShouldBeNull();

        Directory.GetFiles(Path.Combine(_directory.Path, "policies")).ShouldHaveSingleItem().ShouldEndWith("3f2a9c1e77aa.json");
        await Should.ThrowAsync<ArgumentException>(() => log.KeepPolicyAsync("../x", "{}"u8.ToArray()));
    }

    // A complete segment, older than the one being written.
    private async Task<string> WriteDoneAsync(int megabytes)
    {
        var lines = string.Concat(Enumerable.Range(0, megabytes << 10).Select(static n => $"{n} {new string('-', 1024)}\n"));
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "audit-20261121T043000Z-b7f1-1.jsonl"), lines);
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "audit-20261121T053000Z-b7f1-2.jsonl"), "");
        return lines;
    }

    private SegmentKeeper Keeper(TimeProvider? time = null) =>
        new("b7f1", new Retention(new AuditOptions { Directory = _directory.Path }, TimeProvider.System, NullLogger.Instance), static () => Task.CompletedTask, time ?? TimeProvider.System, NullLogger.Instance);

    /// <summary>A clock whose delays last until they are released.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly List<ITimer> _held = [];
        private bool _released;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, _released ? dueTime : Timeout.InfiniteTimeSpan, period);
            if (!_released)
            {
                _held.Add(timer);
            }

            return timer;
        }

        public void Release()
        {
            _released = true;
            _held.ForEach(static timer => timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        }
    }
}
