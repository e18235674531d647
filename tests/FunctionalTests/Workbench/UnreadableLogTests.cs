using System.Diagnostics;
using System.Runtime.Versioning;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.ClusterLog;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>A log that its reader has no permission to read. As root, the program runs as another user, because root may read everything.</summary>
[SupportedOSPlatform("linux")]
public sealed class UnreadableLogTests : IDisposable
{
    // The user "nobody" of all distributions.
    private const string Nobody = "65534";

    private const UnixFileMode Traversable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("unreadable-log-");

    [Theory]
    [InlineData(true, 2, "nothing can be read. ")]
    [InlineData(false, 3, "the answer is partial. ")]
    public async Task Stats_LogWithoutPermission_SaysSo(bool isAll, int exit, string says)
    {
        Assert.SkipUnless(!Environment.IsPrivilegedProcess || File.Exists("/usr/bin/setpriv"), "as root, setpriv is needed");
        ClusterLogFiles.Write(_directory.FullName, ClusterLogSize.Small);
        File.SetUnixFileMode(_directory.FullName, Traversable);
        var logs = Directory.GetFiles(_directory.FullName).Order(StringComparer.Ordinal).ToList();
        foreach (var log in isAll ? logs : logs[..1])
        {
            File.SetUnixFileMode(log, UnixFileMode.None);
        }

        var (ended, errors) = await RunAsync("audit", "stats", _directory.FullName, "--by", "demand");

        ended.ShouldBe(exit, errors);
        errors.ShouldContain(says);
        errors.ShouldContain($"{logs[0]}: there is no permission to read it: run this as a user that may, such as root on the node");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task<(int Exit, string Errors)> RunAsync(params string[] arguments)
    {
        var start = ImdsProxyProgram.StartInfo(arguments);
        if (Environment.IsPrivilegedProcess)
        {
            start = new ProcessStartInfo("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", start.FileName, .. start.ArgumentList])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["HOME"] = "/nonexistent";
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await errors);
    }
}
