using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Outputs that hang, on a clock that the tests set.</summary>
public sealed class StallTests : IDisposable
{
    private static readonly TimeSpan Deadline = new AuditOptions().WriteDeadline;

    private readonly LogDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ManualResetEventSlim _held = new();

    public void Dispose()
    {
        _held.Set();
        _directory.Dispose();
        _held.Dispose();
    }

    [Fact]
    public async Task Write_OnlyOutputHangs_TimesOutAndLaterWritesAreRefusedAtOnce()
    {
        await using var log = OpenHeld(directory: null);
        var first = log.WriteAsync(Records.Allowed("first"));
        await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);
        var second = log.WriteAsync(Records.Allowed("second"));
        first.IsCompleted.ShouldBeFalse();
        log.Failure.ShouldBeNull();

        _time.Advance(Deadline);

        (await first).ShouldBeFalse();
        (await second).ShouldBeFalse();
        log.Failure.ShouldBe("a write to stdout takes longer than 1 s");
        var later = log.WriteAsync(Records.Allowed("later"));
        later.IsCompleted.ShouldBeTrue();
        (await later).ShouldBeFalse();
    }

    // A write that was given up may still complete. Its number is then taken, and the log says that its answer was not sent.
    [Fact]
    public async Task Write_HungWriteCompletes_ContinuesWithNewNumbersAndReportsTheDelay()
    {
        await using var log = OpenHeld(directory: null);
        var late = log.WriteAsync(Records.Allowed("late"));
        await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);
        var lost = log.WriteAsync(Records.Allowed("lost"));
        _time.Advance(Deadline);
        (await late).ShouldBeFalse();
        (await lost).ShouldBeFalse();

        Release();

        await LogDirectory.UntilAsync(() => log.Failure is null);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        var lines = Lines(_directory.Stdout.Text);
        lines.Select(static line => line.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, lines.Count).Select(static n => (long)n));
        lines.Select(Name).ShouldBe(["late", "audit-recovered", "records-lost", "records-late", "after"]);
        lines[2].GetProperty("count").GetInt64().ShouldBe(1);
        lines[3].GetProperty("firstSeq").GetInt64().ShouldBe(1);
        lines[3].GetProperty("lastSeq").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Write_HungWriteFails_ReusesItsNumbers()
    {
        await using var log = OpenHeld(directory: null);
        var first = log.WriteAsync(Records.Allowed("first"));
        await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);
        _time.Advance(Deadline);
        (await first).ShouldBeFalse();

        _directory.Stdout.FailsOnRelease = true;
        Release();

        await LogDirectory.UntilAsync(() => log.Failure is null);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        Lines(_directory.Stdout.Text).Select(Name).ShouldBe(["audit-recovered", "records-lost", "after"]);
    }

    [Fact]
    public async Task Write_OutputHangsRepeatedly_ReportsEachHangOnce()
    {
        await using var log = OpenHeld(directory: null);
        for (var n = 0; n < 3; n++)
        {
            _held.Reset();
            _directory.Stdout.Held = _held;
            var late = log.WriteAsync(Records.Allowed($"late{n}"));
            await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);
            _time.Advance(Deadline);
            (await late).ShouldBeFalse();
            Release();

            // The log is ready again before it has written its pending events. A hang in that write would be a different case.
            var told = n + 1;
            await LogDirectory.UntilAsync(() => log.Failure is null && _directory.Stdout.Text.Split("records-late").Length - 1 == told);
        }

        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        var lines = Lines(_directory.Stdout.Text);
        lines.Select(Name).ShouldBe([
            "late0", "audit-recovered", "records-late", "late1", "audit-recovered", "records-late", "late2", "audit-recovered", "records-late", "after"]);
    }

    [Fact]
    public async Task Write_StdoutBesideADirectoryHangs_DelaysNoRequest()
    {
        await using var log = OpenHeld(_directory.Path);
        for (var n = 0; n < 3; n++)
        {
            (await log.WriteAsync(Records.Allowed($"r{n}"))).ShouldBeTrue();
        }

        await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);
        _time.Advance(Deadline);

        (await log.WriteAsync(Records.Allowed("r3"))).ShouldBeTrue();
        log.Failure.ShouldBeNull();
        log.Degraded.ShouldBeNull();
        log.StdoutTrouble.ShouldBe("stdout has not accepted a line for 1 s: its reader has stalled");
        Release();
        await LogDirectory.UntilAsync(() => _directory.Stdout.Text == File.ReadAllText(_directory.Segments.Single()));
        log.StdoutTrouble.ShouldBeNull();
        log.StdoutLost.ShouldBe(0);
    }

    [Fact]
    public async Task Close_OnlyOutputHangs_StillEnds()
    {
        var log = OpenHeld(directory: null);
        var first = log.WriteAsync(Records.Allowed("first"));
        await LogDirectory.UntilAsync(() => _directory.Stdout.IsHolding);

        var closing = log.CloseAsync(TimeSpan.Zero).AsTask();
        _time.Advance(Deadline);

        await closing.WaitAsync(TimeSpan.FromSeconds(20));
        (await first).ShouldBeFalse();
        (await log.WriteAsync(Records.Allowed("late"))).ShouldBeFalse();
    }

    private AuditLog OpenHeld(string? directory)
    {
        var log = _directory.Open(options => options with { Directory = directory, StandardOutput = true }, _time);
        _directory.Stdout.Held = _held;
        return log;
    }

    private void Release()
    {
        _directory.Stdout.Held = null;
        _held.Set();
    }

    internal static List<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line))];

    internal static string? Name(JsonElement line) =>
        line.TryGetProperty("event", out var name) ? name.GetString() : line.GetProperty("id").GetString();
}
