using System.Buffers.Binary;
using System.Security.Cryptography;
using ImdsProxy.Core.Demands.Reducing;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class LineCacheTests
{
    private const int Places = 1 << 16;

    private readonly LineMeaning _meaning = new(new ChainSpans(new NodeCoverage("", 0, long.MaxValue)));

    // Some logs repeat 50,000 different lines in random order. Hashes have a random key, so the number varies: about 2 % are forgotten here. With
    // one set for each line, it would be a fifth.
    [Fact]
    public void TryAdd_LinesForThreeQuartersOfThePlaces_ForgetsHardlyAny()
    {
        const int lines = Places * 3 / 4;
        var forgotten = 0;
        var cache = new LineCache(_ => forgotten++);

        Add(cache, lines);

        forgotten.ShouldBeLessThan(lines / 20);
        Enumerable.Range(0, lines).Count(line => cache.Find(HashOf(line)) is null).ShouldBe(forgotten);
    }

    [Fact]
    public void TryAdd_MoreLinesThanPlaces_ForgetsTheRest()
    {
        const int lines = Places * 3;
        var forgotten = 0;
        var cache = new LineCache(_ => forgotten++);

        Add(cache, lines);

        forgotten.ShouldBeGreaterThanOrEqualTo(lines - Places);
        cache.Find(HashOf(lines - 1)).ShouldBe(_meaning);
        cache.Clear();
        forgotten.ShouldBe(lines);
        cache.Find(HashOf(lines - 1)).ShouldBeNull();
    }

    private void Add(LineCache cache, int lines)
    {
        for (var line = 0; line < lines; line++)
        {
            cache.TryAdd(HashOf(line), _meaning).ShouldBeTrue();
        }
    }

    private static LineHash HashOf(int line)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(number, line);
        SHA256.HashData(number, bytes);
        var hash = default(LineHash);
        hash.Add(bytes);
        return hash;
    }
}
