using System.Runtime.Versioning;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Flags;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

[SupportedOSPlatform("linux")]
public sealed class PrepareCommandTests : IDisposable
{
    private const UnixFileMode Wanted =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly string _parent = Directory.CreateTempSubdirectory("imds-proxy-prepare-").FullName;
    private readonly StringWriter _errors = new();

    private uint Me => new NodeDirectory(_parent).Look().Uid;

    [Fact]
    public async Task Prepare_MissingDirectory_CreatesItForItsUserOnly()
    {
        var directory = Path.Combine(_parent, "log");

        (await PrepareCommand.RunAsync([directory], (int)Me, _errors)).ShouldBe(ExitCode.Good, _errors.ToString());

        new NodeDirectory(directory).Look().ShouldBe((Me, Me, Wanted));
    }

    [Fact]
    public async Task Prepare_DirectoryOpenToAll_RestrictsIt()
    {
        var directory = Path.Combine(_parent, "log");
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        }

        (await PrepareCommand.RunAsync([directory], (int)Me, _errors)).ShouldBe(ExitCode.Good, _errors.ToString());

        new NodeDirectory(directory).Look().Mode.ShouldBe(Wanted);
    }

    [Fact]
    public async Task Prepare_AsRoot_ChangesTheOwnerAndIsIdempotent()
    {
        Assert.SkipWhen(Me != 0, "needs root: it gives a directory to another user");
        var directory = Path.Combine(_parent, "log");

        (await PrepareCommand.RunAsync([directory], 16254, _errors)).ShouldBe(ExitCode.Good, _errors.ToString());
        (await PrepareCommand.RunAsync([directory], 16254, _errors)).ShouldBe(ExitCode.Good, _errors.ToString());

        new NodeDirectory(directory).Look().ShouldBe((16254u, 16254u, Wanted));
    }

    [Fact]
    public async Task Prepare_SymbolicLink_FailsAndLeavesItsTargetAlone()
    {
        var target = Directory.CreateDirectory(Path.Combine(_parent, "elsewhere")).FullName;
        var before = new NodeDirectory(target).Look();
        var link = Path.Combine(_parent, "log");
        Directory.CreateSymbolicLink(link, target);

        (await PrepareCommand.RunAsync([link], 16254, _errors)).ShouldBe(ExitCode.Failed);

        _errors.ToString().ShouldContain("is not a directory");
        new NodeDirectory(target).Look().ShouldBe(before);
    }

    public void Dispose()
    {
        Directory.Delete(_parent, recursive: true);
        _errors.Dispose();
    }
}
