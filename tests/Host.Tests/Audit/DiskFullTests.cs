using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class DiskFullTests : IDisposable
{
    private static readonly AuditOrigin Origin = new(null, "node-1", "b7f1");

    private readonly LogDirectory _directory = new();
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            SystemProgram.Run("umount", _directory.Path);
        }

        _directory.Dispose();
    }

    [Fact]
    public async Task Write_DiskFull_GoesToStdoutUntilThereIsRoom()
    {
        MountSmallDisk();
        var filler = Path.Combine(_directory.Path, "filler");
        await using (var log = _directory.Open())
        {
            await File.WriteAllBytesAsync(filler, new byte[400 << 10]);
            var written = 0;
            for (; log.Degraded is null && written < 2000; written++)
            {
                (await log.WriteAsync(Records.Allowed($"r{written}"))).ShouldBeTrue();
            }

            log.Degraded.ShouldNotBeNull();
            log.Failure.ShouldBeNull();
            _directory.Stdout.Text.ShouldContain($"\"id\":\"r{written - 1}\"");
            File.Delete(filler);
            await LogDirectory.UntilAsync(() => log.Degraded is null);
            (await log.WriteAsync(Records.Allowed("after"))).ShouldBeTrue();
        }

        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldContain(note => note.Contains("went to stdout", StringComparison.Ordinal));
        SegmentEntry.ReadAll(_directory.Path).Count.ShouldBe(2);
    }

    // Every record of the batch counts as not written, and its number is used again. So the lines must not remain in the file.
    [Fact]
    public void Write_DiskFullAndNotTruncated_StartsTheNextSegmentOnlyOnceItIs()
    {
        MountSmallDisk();
        var filler = Path.Combine(_directory.Path, "filler");
        var options = new AuditOptions { Directory = _directory.Path, RetryInterval = TimeSpan.Zero };
        using (var writer = LogDirectory.Writer(options, Origin, _directory.Stdout))
        {
            writer.Write([Line("before")]).ShouldBeTrue();
            var segment = _directory.Segments.Single();
            Assert.SkipUnless(SystemProgram.Run("chattr", "+a", segment), "this kernel's tmpfs does not prevent truncation of a file");
            File.WriteAllBytes(filler, new byte[400 << 10]);
            PendingLine[] batch = [.. Enumerable.Range(0, 400).Select(static n => Line($"r{n}"))];
            writer.Write(batch).ShouldBeTrue();
            _directory.Stdout.Text.ShouldContain("\"id\":\"r399\"");
            File.ReadLines(segment).Count().ShouldBeGreaterThan(10, "the disk accepted some of them");

            File.Delete(filler);
            writer.Tick();
            writer.Degraded.ShouldNotBeNull().ShouldContain(segment);
            SystemProgram.Run("chattr", "-a", segment).ShouldBeTrue();
            writer.Tick();
            writer.Degraded.ShouldBeNull();
            writer.Write([Line("after")]).ShouldBeTrue();
        }

        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        SegmentEntry.ReadAll(_directory.Path).SelectMany(static segment => segment.Lines()).ShouldNotContain(static line => line.Contains("\"id\":\"r0\"", StringComparison.Ordinal));
    }

    private void MountSmallDisk()
    {
        _mounted = SystemProgram.Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", _directory.Path);
        Assert.SkipUnless(_mounted, "mounting a small tmpfs needs root");
    }

    private static PendingLine Line(string id)
    {
        var line = new PendingLine(Origin, pool: null);
        line.Put(Records.Allowed(id));
        return line;
    }
}
