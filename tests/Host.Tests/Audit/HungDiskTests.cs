using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Verify;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A directory on a disk that hangs: each write to it waits in the kernel until the disk answers again.</summary>
public sealed class HungDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LoopDisk _disk = LoopDisk.Mount();
    private readonly FakeOutput _stdout = new();

    private string Log => Path.Combine(_disk.Path, "log");

    public void Dispose() => _disk.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_WithDeny_IsRefusedUntilTheDiskAnswersAndTheLogGoesOnByItself(bool fsync)
    {
        await using (var log = Open(AuditOnError.Deny, fsync))
        {
            (await log.WriteAsync(Records.Allowed("before"))).ShouldBeTrue();
            _disk.Freeze();
            (await log.WriteAsync(Records.Allowed("late")).AsTask().WaitAsync(Patience)).ShouldBeFalse();
            log.Failure.ShouldBe("a write to the audit directory takes longer than 0.2 s");
            var lost = log.WriteAsync(Records.Allowed("lost"));
            lost.IsCompleted.ShouldBeTrue();
            (await lost).ShouldBeFalse();
            (await log.KeepPolicyAsync("3f2a9c1e77aa", "{}"u8.ToArray()).WaitAsync(Patience)).ShouldNotBeNull();

            _disk.Thaw();
            await LogDirectory.UntilAsync(() => log.Failure is null);
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        var lines = Lines();
        lines.Select(Name).ShouldBe(["chain-began", "before", "late", "audit-recovered", "records-lost", "records-late", "after"]);
        lines[4].GetProperty("count").GetInt64().ShouldBe(1);
        lines[5].GetProperty("firstSeq").GetInt64().ShouldBe(3);
        lines[5].GetProperty("lastSeq").GetInt64().ShouldBe(3);
        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Write_WithStdout_GoesThereMeanwhileAndEachNumberNamesOneRecord()
    {
        await using (var log = Open(AuditOnError.Stdout, fsync: false))
        {
            (await log.WriteAsync(Records.Allowed("before"))).ShouldBeTrue();
            _disk.Freeze();
            (await log.WriteAsync(Records.Allowed("doubtful")).AsTask().WaitAsync(Patience)).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("meanwhile")).AsTask().WaitAsync(Patience)).ShouldBeTrue();
            log.Failure.ShouldBeNull();
            log.Degraded.ShouldNotBeNull();

            _disk.Thaw();
            await LogDirectory.UntilAsync(() => log.Degraded is null);
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        List<JsonElement> onStdout = [.. Parse(_stdout.Text).Where(static line => Name(line) != "checkpoint")];
        onStdout.Select(Name).ShouldBe(["doubtful", "audit-degraded", "meanwhile"]);
        var lines = Lines();
        lines.Select(Name).ShouldBe(["chain-began", "before", "doubtful", "audit-recovered", "after"]);
        lines.Concat(onStdout).GroupBy(Seq).ShouldAllBe(static same => same.Select(Name).Distinct(StringComparer.Ordinal).Count() == 1);
        Seq(lines[3]).ShouldBe(Seq(onStdout[^1]) + 1);
        lines[3].GetProperty("firstSeq").GetInt64().ShouldBe(Seq(onStdout[1]));
        lines[3].GetProperty("lastSeq").GetInt64().ShouldBe(Seq(onStdout[2]));
        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Write_WithStdoutThatHangsToo_IsRefused()
    {
        using var held = new ManualResetEventSlim();
        await using (var log = Open(AuditOnError.Stdout, fsync: false))
        {
            _stdout.Held = held;
            _disk.Freeze();
            (await log.WriteAsync(Records.Allowed("doubtful")).AsTask().WaitAsync(Patience)).ShouldBeFalse();
            (await log.WriteAsync(Records.Allowed("lost")).AsTask().WaitAsync(Patience)).ShouldBeFalse();
            log.Failure.ShouldNotBeNull();
            _stdout.Held = null;
            held.Set();
            _disk.Thaw();
            await LogDirectory.UntilAsync(() => log.Degraded is null);
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        var lines = Lines();
        lines.Select(Name).ShouldContain("records-late", StringComparer.Ordinal);
        lines.Concat(Parse(_stdout.Text).Where(static line => Name(line) != "checkpoint")).GroupBy(Seq).ShouldAllBe(static same => same.Select(Name).Distinct(StringComparer.Ordinal).Count() == 1);
        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Close_DiskHangs_EndsAllTheSame()
    {
        var log = Open(AuditOnError.Deny, fsync: false);
        _disk.Freeze();
        var record = log.WriteAsync(Records.Allowed("late"));

        await log.CloseAsync(TimeSpan.Zero).AsTask().WaitAsync(Patience);

        (await record).ShouldBeFalse();
        _disk.Thaw();
    }

    private AuditLog Open(AuditOnError onError, bool fsync = false, bool hasReserve = false) => new(
        new AuditOptions
        {
            Directory = Log,
            HasReserve = hasReserve,
            OnError = onError,
            Fsync = fsync,
            WriteDeadline = TimeSpan.FromMilliseconds(200),
            RetryInterval = TimeSpan.FromMilliseconds(20),
        },
        TimeProvider.System,
        NullLogger<AuditLog>.Instance,
        _stdout);

    private List<JsonElement> Lines() => [.. SegmentEntry.ReadAll(Log).SelectMany(static segment => Parse(File.ReadAllText(segment.Path)))];

    private static IEnumerable<JsonElement> Parse(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line));

    private static long Seq(JsonElement line) => line.GetProperty("seq").GetInt64();

    private static string? Name(JsonElement line) => line.TryGetProperty("event", out var name) ? name.GetString() : line.GetProperty("id").GetString();
}
