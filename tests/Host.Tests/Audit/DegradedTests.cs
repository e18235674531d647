using ImdsProxy.Audit;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class DegradedTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // A segment that someone moved, as logrotate does, receives records until the move is noticed.
    [Fact]
    public async Task Write_SegmentMoved_LosesNothingAndContinuesInANewOne()
    {
        await using var log = _directory.Open();
        await log.WriteAsync(Records.Allowed("before"));
        var moved = _directory.Segments.Single() + ".1";
        File.Move(_directory.Segments.Single(), moved);

        (await log.WriteAsync(Records.Allowed("meanwhile"))).ShouldBeTrue();
        await LogDirectory.UntilAsync(() => _directory.Segments.Count == 1);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        (await File.ReadAllTextAsync(moved) + await File.ReadAllTextAsync(_directory.Segments.Single())).ShouldContain("\"id\":\"meanwhile\"");
        (await File.ReadAllTextAsync(_directory.Segments.Single())).ShouldContain("\"id\":\"after\"");
    }

    [Fact]
    public async Task Write_DirectoryReplacedByAFile_GoesToStdoutAndBack()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using (var log = _directory.Open(options => options with { Directory = path }))
        {
            await log.WriteAsync(Records.Allowed("before"));
            await BreakAsync(path, log);
            (await log.WriteAsync(Records.Allowed("meanwhile"))).ShouldBeTrue();
            log.Failure.ShouldBeNull();
            log.Degraded.ShouldNotBeNull();
            Restore(path);
            await LogDirectory.UntilAsync(() => log.Degraded is null);
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        _directory.Stdout.Text.ShouldContain("\"event\":\"audit-degraded\"");
        _directory.Stdout.Text.ShouldContain("\"id\":\"meanwhile\"");
        _directory.Stdout.Text.ShouldNotContain("\"id\":\"after\"");
        var report = new AuditVerifier().Verify(path);
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldContain(note => note.Contains("went to stdout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_WithDeny_IsRefusedUntilTheDirectoryIsBackAndCountsLosses()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using var log = _directory.Open(options => options with { Directory = path, OnError = AuditOnError.Deny });
        await log.WriteAsync(Records.Allowed("before"));
        await BreakAsync(path, log);

        (await log.WriteAsync(Records.Allowed("lost"))).ShouldBeFalse();
        log.Failure.ShouldNotBeNull();
        Restore(path);
        await LogDirectory.UntilAsync(() => log.Failure is null);
        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        _directory.Stdout.Text.ShouldBeEmpty();
        new AuditVerifier().Verify(path).Problems.ShouldBeEmpty();
        var text = await File.ReadAllTextAsync(SegmentEntry.ReadAll(path)[^1].Path);
        text.ShouldContain("\"event\":\"records-lost\"");
        text.ShouldContain("\"count\":1");
        text.ShouldNotContain("\"id\":\"lost\"");
    }

    [Fact]
    public async Task Write_DirectoryAndStdoutBroken_IsRefused()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using var log = _directory.Open(options => options with { Directory = path });
        await BreakAsync(path, log);
        _directory.Stdout.Broken = true;

        (await log.WriteAsync(Records.Allowed("lost"))).ShouldBeFalse();

        log.Failure.ShouldNotBeNull();
    }

    // A file in place of a directory stops even root, who is exempt from permissions.
    private static async Task BreakAsync(string path, AuditLog log)
    {
        Directory.Move(path, path + ".away");
        await File.WriteAllTextAsync(path, "");
        await LogDirectory.UntilAsync(() => log.Degraded is not null);
    }

    private static void Restore(string path)
    {
        File.Delete(path);
        Directory.Move(path + ".away", path);
    }
}
