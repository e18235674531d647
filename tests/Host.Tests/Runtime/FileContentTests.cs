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

        (await FileContent.IsStillAsync(_path, content, BoundedFile.Usual, CancellationToken.None)).ShouldBe(isStill);
    }

    [Fact]
    public async Task IsStill_LongerOrShorter_IsFalse()
    {
        await File.WriteAllBytesAsync(_path, new byte[10]);

        (await FileContent.IsStillAsync(_path, new byte[9], BoundedFile.Usual, CancellationToken.None)).ShouldBeFalse();
        (await FileContent.IsStillAsync(_path, new byte[11], BoundedFile.Usual, CancellationToken.None)).ShouldBeFalse();
    }

    // From a file above the bound, one byte more than the bound is kept, so that its reader refuses the file exactly once.
    [Theory]
    [InlineData(12, 11, true)]
    [InlineData(11, 11, true)]
    [InlineData(12, 10, false)]
    [InlineData(10, 11, false)]
    public async Task IsStill_BeyondTheBound_ComparesWhatWasRead(int length, int last, bool isStill)
    {
        await File.WriteAllBytesAsync(_path, new byte[length]);

        (await FileContent.IsStillAsync(_path, new byte[last], maxBytes: 10, CancellationToken.None)).ShouldBe(isStill);
    }

    [Fact]
    public async Task IsStill_OfAPipe_Throws()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);

        (await Should.ThrowAsync<IOException>(() => FileContent.IsStillAsync($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}", new byte[1], BoundedFile.Usual, CancellationToken.None)))
            .Message.ShouldContain("not a regular file");
    }

    [Fact]
    public async Task IsStill_OfAMissingFile_Throws() =>
        await Should.ThrowAsync<IOException>(() => FileContent.IsStillAsync(_path + ".gone", new byte[1], BoundedFile.Usual, CancellationToken.None));
}
