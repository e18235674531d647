using System.Diagnostics;
using System.Security.Authentication;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class BoundedFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bounded-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    public void Read_UpToTheBound_ReturnsTheWholeFile(int length)
    {
        var path = Put(length);

        BoundedFile.Read(path, 100).ShouldBe(new byte[length]);
        BoundedFile.ReadStart(path, 100).ShouldBe(new byte[length]);
    }

    [Fact]
    public void Read_BeyondTheBound_IsRefusedAndItsStartIsOneByteLonger()
    {
        var path = Put(5000);

        Should.Throw<IOException>(() => BoundedFile.Read(path, 100)).Message.ShouldBe($"{path} is larger than 100 bytes; larger files are not read");
        BoundedFile.ReadStart(path, 100).Length.ShouldBe(101);
    }

    // The kernel's own files report a length of 0.
    [Fact]
    public void Read_FileWithoutAKnownLength_ReturnsAllOfIt() =>
        BoundedFile.ReadText("/proc/self/status").ShouldContain("nonvoluntary_ctxt_switches");

    [Fact]
    public void ReadText_WithAByteOrderMark_OmitsIt()
    {
        var path = Path.Combine(_directory, "text");
        File.WriteAllText(path, "\uFEFFword");

        BoundedFile.ReadText(path).ShouldBe("word");
    }

    [Fact]
    public void Read_MissingFile_ThrowsAsTheFrameworkDoes()
    {
        Should.Throw<FileNotFoundException>(() => BoundedFile.Read(Path.Combine(_directory, "none")));
        Should.Throw<DirectoryNotFoundException>(() => BoundedFile.Read(Path.Combine(Put(1), "none")));
    }

    // Counted on this thread: other tests allocate at the same time.
    [Fact]
    public void Read_OfADevice_TakesNoMemoryBeforeItRefuses()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<IOException>(() => BoundedFile.Read("/dev/zero"));
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(256 << 10);
    }

    // Every file that the proxy follows or rereads, read as its own room reads it.
    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Read_DeviceOrPipe_IsRefusedAtOnce(string reader)
    {
        foreach (var path in (string[])["/dev/zero", Pipe()])
        {
            var refusal = await ReadAsync(reader, path).WaitAsync(TimeSpan.FromSeconds(20));
            refusal.ShouldNotBeNull();
            refusal.ShouldContain("not a regular file");
        }
    }

    public static TheoryData<string> Readers() => ["policy", "callers", "override", "redirect-state", "kube-token", "kube-ca"];

    private static async Task<string?> ReadAsync(string reader, string path)
    {
        switch (reader)
        {
            case "policy":
                return await FollowAsync((log, changed, ending) => new ContentWatch<PolicyTexts>(
                    path, async (last, token) => await PolicyTexts.ReadAsync(path, last, token), static (left, right) => left.IsSameAs(right), TimeProvider.System, log)
                    .RunAsync(_ => changed(), ending));
            case "callers":
                return await FollowAsync((log, changed, ending) => new FileWatch(path, CallersFile.MaxBytes, TimeProvider.System, log).RunAsync(_ => changed(), ending));
            case "override":
                var directory = Directory.CreateTempSubdirectory("override-").FullName;
                File.CreateSymbolicLink(Path.Combine(directory, "mode"), path);
                return OverrideFiles.Mode(directory, TimeProvider.System).Current().Refusal;
            case "redirect-state":
                return new RedirectReportFile(path, TimeProvider.System).Doubt();
            case "kube-token":
                return Should.Throw<KubeException>(() => new KubeToken(path, TimeProvider.System).Read()).Message;
            default:
                return Should.Throw<AuthenticationException>(() => KubeTrust.ReadCa(path)).Message;
        }
    }

    private static async Task<string?> FollowAsync(Func<ILogger, Func<Task>, CancellationToken, Task> follow)
    {
        using var ending = new CancellationTokenSource();
        var log = new LastEntry();
        await follow(log, ending.CancelAsync, ending.Token);
        return log.Text;
    }

    private string Put(int length)
    {
        var path = Path.Combine(_directory, $"file-{length}");
        File.WriteAllBytes(path, new byte[length]);
        return path;
    }

    private string Pipe()
    {
        var path = Path.Combine(_directory, "pipe");
        using var mkfifo = Process.Start("mkfifo", path);
        mkfifo.WaitForExit();
        return path;
    }

    private sealed class LastEntry : ILogger
    {
        public string? Text { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text ??= formatter(state, exception);
    }
}
