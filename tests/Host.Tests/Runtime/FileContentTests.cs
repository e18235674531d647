using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class FileContentTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(0, -1, true)]
    [InlineData(1, -1, true)]
    [InlineData(100_000, -1, true)]
    [InlineData(100_000, 0, false)]
    [InlineData(100_000, 70_000, false)]
    [InlineData(100_000, 99_999, false)]
    public async Task IsStill_WithAByteChanged_IsFalse(int length, int changed, bool isStill)
    {
        var content = new byte[length];
        await File.WriteAllBytesAsync(_path, content);
        if (changed >= 0)
        {
            content[changed]++;
        }

        (await FileContent.IsStillAsync(_path, content, CancellationToken.None)).ShouldBe(isStill);
    }

    [Fact]
    public async Task IsStill_LongerOrShorter_IsFalse()
    {
        await File.WriteAllBytesAsync(_path, new byte[10]);

        (await FileContent.IsStillAsync(_path, new byte[9], CancellationToken.None)).ShouldBeFalse();
        (await FileContent.IsStillAsync(_path, new byte[11], CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task IsStill_OfAPipe_IsFalse()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);

        (await FileContent.IsStillAsync($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}", new byte[1], CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task IsStill_OfAFileThatIsGone_Throws() =>
        await Should.ThrowAsync<IOException>(() => FileContent.IsStillAsync(_path + ".gone", new byte[1], CancellationToken.None));
}
