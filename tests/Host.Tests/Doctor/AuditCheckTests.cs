using ImdsProxy.Doctor.Log;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

public sealed class AuditCheckTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("imds-proxy-doctor-log-");

    public void Dispose() => _log.Delete(recursive: true);

    [Fact]
    public async Task Directory_ThatCanBeWritten_IsLeftAsItWas()
    {
        await new AuditDirectoryCheck(_log.FullName).ShouldFindAsync("Good", "can be written");
        _log.EnumerateFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task Directory_ThatIsMissing_IsBroken()
    {
        var missing = Path.Combine(_log.FullName, "missing");
        await new AuditDirectoryCheck(missing).ShouldFindAsync("Broken", "can't be written");
        await new AuditSpaceCheck(missing, MiB, _ => MiB).ShouldFindAsync("NotApplicable", "see audit-directory");
    }

    [Theory]
    [InlineData(1024, "Good", "uses 1024 KiB of its 1 GiB, and its disk has 1 GiB free")]
    [InlineData(1023, "Good", "1023 MiB free")]
    [InlineData(1022, "Warning", "may be full before the log reaches its limit")]
    [InlineData(128, "Warning", "128 MiB free")]
    [InlineData(127, "Broken", "Records will soon not be written")]
    public async Task Space_AgainstWhatTheLogMayGrowBy_IsJudged(long freeMiB, string state, string words)
    {
        await File.WriteAllBytesAsync(Path.Combine(_log.CreateSubdirectory("policies").FullName, "3f2a.json"), new byte[MiB]);

        await new AuditSpaceCheck(_log.FullName, 1024 * MiB, _ => freeMiB * MiB).ShouldFindAsync(state, words);
    }

    [Fact]
    public void FreeBytes_OfADirectory_AreThoseOfItsDisk() => AuditSpaceCheck.FreeBytes(_log.FullName).ShouldBeGreaterThan(0);

    [Fact]
    public async Task Checks_WithoutADirectory_DoNotApply()
    {
        await new AuditDirectoryCheck(null).ShouldFindAsync("NotApplicable", "no audit log");
        await new AuditSpaceCheck(null, MiB, _ => MiB).ShouldFindAsync("NotApplicable", "no audit log");
    }
}
