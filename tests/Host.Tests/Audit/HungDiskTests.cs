using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A directory on a disk that hangs: each write waits in the kernel until the disk answers again.</summary>
public sealed class HungDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LoopDisk _disk = LoopDisk.Mount();
    private readonly FakeOutput _stdout = new();

    private string Log => Path.Combine(_disk.Path, "log");

    public void Dispose() => _disk.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_WithDeny_IsRefusedUntilTheDiskAnswersAndThenRecovers(bool fsync)
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

    [Fact]
    public async Task Write_WithStdout_GoesThereMeanwhileAndUsesNoNumberTwice()
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

    [Fact]
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

    // A token's first record goes to the reserve and hangs. The request's record waits behind it in the other chain.
    [Fact]
    public async Task Write_BothChainsWithDeny_EachIsRefusedAndReportsItsLosses()
    {
        await using (var log = OpenBoth(AuditOnError.Deny))
        {
            (await log.WriteAsync(Token("token-before"))).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("before"))).ShouldBeTrue();
            _disk.Freeze();
            var (token, request) = (log.WriteAsync(Token("token-late")).AsTask(), log.WriteAsync(Records.Allowed("waiting")).AsTask());
            (await token.WaitAsync(Patience)).ShouldBeFalse();
            (await request.WaitAsync(Patience)).ShouldBeFalse();
            log.Failure.ShouldBe("a write to the audit directory takes longer than 0.2 s");
            (await log.WriteAsync(Token("token-lost")).AsTask().WaitAsync(Patience)).ShouldBeFalse();
            (await log.WriteAsync(Records.Allowed("lost")).AsTask().WaitAsync(Patience)).ShouldBeFalse();

            _disk.Thaw();
            await LogDirectory.UntilAsync(() => log.Failure is null);
            (await log.WriteAsync(Token("token-after"))).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        var (reserve, requests) = (Lines(isReserve: true), Lines(isReserve: false));
        reserve.Select(Name).ShouldBe(["chain-began", "token-before", "token-late", "audit-recovered", "records-lost", "records-late", "token-after"]);
        (Number(reserve[4], "count"), Number(reserve[5], "firstSeq"), Number(reserve[5], "lastSeq")).ShouldBe((1, 3, 3));
        requests.Select(Name).ShouldBe(["chain-began", "before", "audit-recovered", "records-lost", "after"]);
        Number(requests[3], "count").ShouldBe(2);
        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_BothChainsWithStdout_GoThereMeanwhileAndUseNoNumberTwice()
    {
        await using (var log = OpenBoth(AuditOnError.Stdout))
        {
            (await log.WriteAsync(Token("token-before"))).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("before"))).ShouldBeTrue();
            _disk.Freeze();
            var (token, request) = (log.WriteAsync(Token("token-doubtful")).AsTask(), log.WriteAsync(Records.Allowed("waiting")).AsTask());
            (await token.WaitAsync(Patience)).ShouldBeTrue();
            (await request.WaitAsync(Patience)).ShouldBeTrue();
            (await log.WriteAsync(Token("token-meanwhile")).AsTask().WaitAsync(Patience)).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("meanwhile")).AsTask().WaitAsync(Patience)).ShouldBeTrue();
            log.Failure.ShouldBeNull();

            _disk.Thaw();
            await LogDirectory.UntilAsync(() => log.Degraded is null);
            (await log.WriteAsync(Token("token-after"))).ShouldBeTrue();
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        var (reserve, requests) = (Lines(isReserve: true), Lines(isReserve: false));
        reserve.Select(Name).ShouldBe(["chain-began", "token-before", "token-doubtful", "audit-recovered", "token-after"]);
        requests.Select(Name).ShouldBe(["chain-began", "before", "audit-recovered", "after"]);
        (Number(reserve[3], "firstSeq"), Number(reserve[3], "lastSeq")).ShouldBe((4, 5));
        (Number(requests[2], "firstSeq"), Number(requests[2], "lastSeq")).ShouldBe((3, 5));
        List<JsonElement> onStdout = [.. Parse(_stdout.Text).Where(static line => Name(line) != "checkpoint")];
        OnStdout(reserve).Select(Name).ShouldBe(["token-doubtful", "audit-degraded", "token-meanwhile"]);
        OnStdout(requests).Select(Name).ShouldBe(["audit-degraded", "waiting", "meanwhile"]);
        foreach (var chain in new[] { reserve, requests })
        {
            var all = chain.Concat(OnStdout(chain)).GroupBy(Seq).OrderBy(static same => same.Key).ToList();
            all.ShouldAllBe(static same => same.Select(Name).Distinct(StringComparer.Ordinal).Count() == 1);
            all.Select(static same => same.Key).ShouldBe(Enumerable.Range(1, all.Count).Select(static n => (long)n));
        }

        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();

        List<JsonElement> OnStdout(List<JsonElement> chain) => [.. onStdout.Where(line => Instance(line) == Instance(chain[0]))];
    }

    // Retention removes segments in the writer's turn, after the reserve has announced the removal. That can hang like any write.
    [Fact]
    public async Task MakeRoom_DiskHangs_IsGivenUpForBothChainsAndRecovers()
    {
        await using (var earlier = OpenBoth(AuditOnError.Deny))
        {
            (await earlier.WriteAsync(Records.Allowed("earlier"))).ShouldBeTrue();
        }

        var time = new ManualTime();
        await using (var log = OpenBoth(AuditOnError.Deny, time))
        {
            (await log.WriteAsync(Records.Allowed("before"))).ShouldBeTrue();
            _disk.Freeze();
            time.Advance(TimeProvider.System.GetUtcNow() - time.GetUtcNow() + new AuditOptions().MaxAge + TimeSpan.FromDays(1));
            await LogDirectory.UntilAsync(() => Advanced(time, () => log.Failure is not null));
            log.SegmentsRemoved.ShouldBe(0);
            (await log.WriteAsync(Records.Allowed("lost")).AsTask().WaitAsync(Patience)).ShouldBeFalse();
            (await log.WriteAsync(Token("token-lost")).AsTask().WaitAsync(Patience)).ShouldBeFalse();

            _disk.Thaw();
            await LogDirectory.UntilAsync(() => Advanced(time, () => log.Failure is null && log.SegmentsRemoved >= 2));
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
            (await log.WriteAsync(Token("token-after"))).ShouldBeTrue();
        }

        foreach (var chain in new[] { Lines(isReserve: true), Lines(isReserve: false) })
        {
            chain.Select(Seq).ShouldBe(chain.Select(Seq).Order());
            chain.Select(Name).ShouldContain("audit-recovered", StringComparer.Ordinal);
            Number(chain.Single(static line => Name(line) == "records-lost"), "count").ShouldBe(1);
        }

        new AuditVerifier().Verify(Log).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Close_DiskHangs_StillEnds()
    {
        var log = Open(AuditOnError.Deny, fsync: false);
        _disk.Freeze();
        var record = log.WriteAsync(Records.Allowed("late"));

        await log.CloseAsync(TimeSpan.Zero).AsTask().WaitAsync(Patience);

        (await record).ShouldBeFalse();
        _disk.Thaw();
    }

    private AuditLog OpenBoth(AuditOnError onError, TimeProvider? clock = null) => Open(onError, fsync: false, hasReserve: true, clock);

    private AuditLog Open(AuditOnError onError, bool fsync, bool hasReserve = false, TimeProvider? clock = null) => new(
        new AuditOptions
        {
            Directory = Log,
            HasReserve = hasReserve,
            OnError = onError,
            Fsync = fsync,
            WriteDeadline = TimeSpan.FromMilliseconds(200),
            RetryInterval = TimeSpan.FromMilliseconds(20),
            KeepInterval = TimeSpan.FromMilliseconds(20),
        },
        clock ?? TimeProvider.System,
        NullLogger<AuditLog>.Instance,
        _stdout);

    private static bool Advanced(ManualTime time, Func<bool> condition)
    {
        time.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    }

    // Of no pod, whose event would be one more line.
    private static AuditRecord Token(string id) => Records.Issued(id, $"uti-{id}", ImdsProxy.Core.Callers.Caller.Unknown.Instance);

    private List<JsonElement> Lines(bool isReserve) =>
        [.. SegmentEntry.ReadAll(Log).Where(segment => segment.Name.IsReserve == isReserve).SelectMany(static segment => segment.Lines()).Select(static line => JsonElement.Parse(line))];

    private List<JsonElement> Lines() => [.. SegmentEntry.ReadAll(Log).SelectMany(static segment => segment.Lines()).Select(static line => JsonElement.Parse(line))];

    private static IEnumerable<JsonElement> Parse(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line));

    private static long Number(JsonElement line, string field) => line.GetProperty(field).GetInt64();

    private static string? Instance(JsonElement line) => line.GetProperty("instance").GetString();

    private static long Seq(JsonElement line) => line.GetProperty("seq").GetInt64();

    private static string? Name(JsonElement line) => line.TryGetProperty("event", out var name) ? name.GetString() : line.GetProperty("id").GetString();
}
