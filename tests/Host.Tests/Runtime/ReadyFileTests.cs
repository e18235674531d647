using System.Diagnostics;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

/// <summary>
/// The file in which the proxy reports its readiness to the redirect. The redirect is root, and an attacker may control the
/// proxy. The clock stands at 2026-11-21T04:30:00Z.
/// </summary>
public sealed class ReadyFileTests : IDisposable
{
    private const string Good = "ready until 2026-11-21T04:30:05.0000000Z\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-ready-");
    private readonly ManualTime _time = new();

    public static TheoryData<string, string> Texts => new()
    {
        { "nothing", "" },
        { "without a time", "ready\n" },
        { "without a line feed", Good[..^1] },
        { "two lines", Good + Good },
        { "one byte too many", "ready until 2026-11-21T04:30:05.00000000Z\n" },
        { "another form of time", "ready until 2026-11-21 04:30:05\n" },
        { "a time that is over", "ready until 2026-11-21T04:29:59.9999999Z\n" },
        { "a time too far ahead", "ready until 2026-11-21T04:30:05.0000001Z\n" },
        { "the end of all times", "ready until 9999-12-31T23:59:59.9999999Z\n" },
        { "the opposite", "not " + Good },
        { "no text", "ready until \0\uffff\u0007\n" },
        { "a megabyte", Good + new string('x', 1 << 20) },
    };

    private string Path => System.IO.Path.Combine(_directory.FullName, "ready");

    private ReadyFile File => new(Path, _time);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void ReadyFile_OfAReadyProxy_IsValidForFiveSeconds()
    {
        File.Tell();

        System.IO.File.ReadAllText(Path).ShouldBe(Good);
        File.IsReady().ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(5));
        File.IsReady().ShouldBeTrue();
        _time.Advance(TimeSpan.FromTicks(1));
        File.IsReady().ShouldBeFalse("a file from an earlier container is ignored");
    }

    [Fact]
    public void ReadyFile_WithdrawnOrMissing_IsNotReady()
    {
        File.IsReady().ShouldBeFalse();
        File.Tell();
        File.Withdraw();
        File.Withdraw();

        File.IsReady().ShouldBeFalse();
        _directory.GetFiles().ShouldBeEmpty();
    }

    // The redirect runs as another user, without the right to bypass permissions.
    [Fact]
    public void ReadyFile_IsReadableByAll()
    {
        File.Tell();

        ((UnixFileMode)(FileStatus.Of(Path).Mode & 0xFFF)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    [Theory, MemberData(nameof(Texts))]
    public void ReadyFile_WithOtherContent_IsNotReady(string what, string text)
    {
        System.IO.File.WriteAllText(Path, text);

        File.IsReady().ShouldBeFalse(what);
    }

    [Fact]
    public void LinkToAGoodFile_IsNotFollowed()
    {
        var elsewhere = System.IO.Path.Combine(_directory.FullName, "elsewhere");
        System.IO.File.WriteAllText(elsewhere, Good);
        System.IO.File.CreateSymbolicLink(Path, elsewhere);

        File.IsReady().ShouldBeFalse();
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/proc/self/mem")]
    [InlineData("/dev/tty")]
    public void LinkToADevice_IsNotFollowed(string device)
    {
        System.IO.File.CreateSymbolicLink(Path, device);

        File.IsReady().ShouldBeFalse();
    }

    // Opening a pipe without a writer would normally block for ever.
    [Fact]
    public void ReadyFile_ThatIsAPipe_DoesNotBlock()
    {
        using var made = Process.Start("mkfifo", [Path]);
        made.WaitForExit();
        made.ExitCode.ShouldBe(0);

        File.IsReady().ShouldBeFalse();
    }

    [Fact]
    public void ReadyFile_ThatIsADirectory_IsNotReady()
    {
        Directory.CreateDirectory(Path);

        File.IsReady().ShouldBeFalse();
    }

    // A sparse file costs its writer nothing.
    [Fact]
    public void ReadyFile_OfATerabyte_IsNotReadCompletely()
    {
        using (var file = new FileStream(Path, FileMode.CreateNew))
        {
            file.SetLength(1L << 40);
        }

        File.IsReady().ShouldBeFalse();
    }
}
