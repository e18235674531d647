using ImdsProxy.Audit;
using ImdsProxy.Audit.Verify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class DegradedTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Write_SegmentRemoved_GoesOnInANewOne()
    {
        await using var log = _directory.Open();
        await log.WriteAsync(Records.Allowed("before"));
        File.Delete(_directory.Segments.Single());

        (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();

        (await File.ReadAllTextAsync(_directory.Segments.Single())).ShouldContain("\"id\":\"after\"");
    }

    [Fact]
    public async Task Write_DirectoryReplacedByAFile_GoesToStdoutAndBack()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using (var log = _directory.Open(options => options with { Directory = path }))
        {
            await log.WriteAsync(Records.Allowed("before"));
            Break(path);
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
    public async Task Write_WithDeny_IsRefusedUntilTheDirectoryIsBackAndCountsWhatWasLost()
    {
        var path = Path.Combine(_directory.Path, "log");
        await using var log = _directory.Open(options => options with { Directory = path, OnError = AuditOnError.Deny });
        await log.WriteAsync(Records.Allowed("before"));
        Break(path);

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
        Break(path);
        _directory.Stdout.Broken = true;

        (await log.WriteAsync(Records.Allowed("lost"))).ShouldBeFalse();

        log.Failure.ShouldNotBeNull();
    }

    // A file in a directory's place stops even root, whom permissions do not.
    private static void Break(string path)
    {
        Directory.Move(path, path + ".away");
        File.WriteAllText(path, "");
    }

    private static void Restore(string path)
    {
        File.Delete(path);
        Directory.Move(path + ".away", path);
    }
}
