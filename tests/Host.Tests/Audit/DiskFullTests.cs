using System.Diagnostics;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Verify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class DiskFullTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _directory.Path);
        }

        _directory.Dispose();
    }

    [SkippableFact]
    public async Task Write_DiskFull_GoesToStdoutAndBackOnceThereIsRoom()
    {
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", _directory.Path);
        Skip.IfNot(_mounted, "mounting a small tmpfs needs root");
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

    private static bool Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
