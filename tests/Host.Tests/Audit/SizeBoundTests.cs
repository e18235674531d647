using System.Security.Cryptography;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>The directory never exceeds its bound, whichever processes write to it and whatever they write.</summary>
public sealed class SizeBoundTests : IDisposable
{
    private const int Bound = 4 << 20;
    private const int Flood = 12_000;

    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // 12,000 records of 1.4 KB that hardly compress: four times what fits.
    [Theory]
    [InlineData("one chain", false, 20, 64 << 10)]
    [InlineData("a reserve", true, 20, 64 << 10)]
    [InlineData("a keeper that never rests", true, 1, 64 << 10)]
    [InlineData("segments of the default size", true, 20, 64 << 20)]
    public async Task Write_FloodOfIncompressibleRecords_StaysWithinTheBoundAtEveryMoment(string what, bool hasReserve, int keepMilliseconds, long segmentBytes)
    {
        using var watch = new SizeWatch(_directory.Path);
        await using (var log = _directory.Open(options => options with
        {
            MaxBytes = Bound,
            HasReserve = hasReserve,
            KeepInterval = TimeSpan.FromMilliseconds(keepMilliseconds),
            SegmentBytes = segmentBytes,
        }))
        {
            await FloodAsync(log, watch);
        }

        watch.Largest.ShouldBeInRange(Bound / 2, Bound, what);
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty(what);
    }

    // In a rolling update, two processes write to the directory, and a third one has just ended.
    [Fact]
    public async Task Write_TwoLogsAfterOthersEnded_StayWithinTheBoundTogether()
    {
        for (var n = 0; n < 8; n++)
        {
            await _directory.WriteAsync(600, options => Small(options) with { HasReserve = true, SegmentBytes = 256 << 10 });
        }

        using var watch = new SizeWatch(_directory.Path);
        await using (var one = _directory.Open(options => Small(options) with { HasReserve = true }))
        {
            await using var other = _directory.Open(options => Small(options) with { HasReserve = true });
            await Task.WhenAll(Task.Run(() => FloodAsync(one, watch)), Task.Run(() => FloodAsync(other, watch)));
        }

        watch.Largest.ShouldBeInRange(Bound / 2, Bound);
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
    }

    // A process that ended minutes ago can't add to its last segment, so that segment may be removed.
    [Fact]
    public async Task Write_PastTheBoundAfterAProcessEnded_RemovesItsLastSegment()
    {
        await _directory.WriteAsync(50, Small, prefix: "ended");
        var ended = _directory.Segments.Single();

        await using var log = _directory.Open(Small);
        using var watch = new SizeWatch(_directory.Path);
        await FloodAsync(log, watch);

        File.Exists(ended).ShouldBeFalse();
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task KeepPolicy_ManyDocuments_KeepsTheLatestThatFit()
    {
        const int size = 50 << 10;
        await using var log = _directory.Open(Small);
        for (var n = 0; n < 20; n++)
        {
            (await log.KeepPolicyAsync($"{n:x12}", new byte[size])).ShouldBeNull();
        }

        var kept = Directory.GetFiles(Path.Combine(_directory.Path, "policies"));
        kept.Length.ShouldBe(Bound / 16 / size);
        kept.ShouldContain(static file => file.EndsWith("000000000013.json", StringComparison.Ordinal));
        (await log.KeepPolicyAsync("ffffffffffff", new byte[(Bound / 16) + 1])).ShouldNotBeNull();

        // The log writes the event after the call has returned.
        await Eventually.HoldsAsync(async () => (await File.ReadAllTextAsync(_directory.Segments[0])).Contains("policies/000000000000.json", StringComparison.Ordinal));
    }

    private static async Task FloodAsync(AuditLog log, SizeWatch watch)
    {
        for (var n = 0; n < Flood; n++)
        {
            (await log.WriteAsync(Incompressible($"r{n}"))).ShouldBeTrue();
            watch.Look(n);
        }
    }

    private static AuditOptions Small(AuditOptions options) => options with { MaxBytes = Bound, SegmentBytes = 64 << 10 };

    private static AuditRecord Incompressible(string id) => Records.Malformed(id, Convert.ToBase64String(RandomNumberGenerator.GetBytes(750)));

    /// <summary>Measures a directory again and again, as <c>du</c> would, and after every few writes.</summary>
    private sealed class SizeWatch : IDisposable
    {
        private readonly DirectoryInfo _directory;
        private readonly Thread _looking;
        private long _largest;
        private volatile bool _ended;

        public SizeWatch(string directory)
        {
            _directory = new DirectoryInfo(directory);
            _looking = new Thread(LookOn);
            _looking.Start();
        }

        public long Largest => Interlocked.Read(ref _largest);

        public void Look(int write)
        {
            if (write % 8 == 0)
            {
                Look();
            }
        }

        public void Dispose()
        {
            _ended = true;
            _looking.Join();
        }

        private void LookOn()
        {
            while (!_ended)
            {
                Look();
            }
        }

        // A file that is renamed during a listing appears twice, and a removed file may still be counted. The smallest of
        // three results is therefore the right one.
        private void Look()
        {
            var bytes = Math.Min(Bytes(), Math.Min(Bytes(), Bytes()));
            for (var largest = Largest; bytes > largest; largest = Largest)
            {
                Interlocked.CompareExchange(ref _largest, bytes, largest);
            }
        }

        private long Bytes() => _directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Exists ? file.Length : 0);
    }
}
