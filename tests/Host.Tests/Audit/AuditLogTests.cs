using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

[SupportedOSPlatform("linux")]
public sealed class AuditLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("audit-log-").FullName;
    private readonly FakeOutput _stdout = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task WriteAsync_FromManyThreads_NumbersAndChainsEachRecordOnce()
    {
        const int threads = 16;
        const int each = 500;
        await using (var log = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
            {
                for (var i = 0; i < each; i++)
                {
                    (await log.WriteAsync(Records.Allowed($"{thread}-{i}"))).ShouldBeTrue();
                }
            })));
        }

        var lines = Lines();
        lines.Select(line => line.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, lines.Count).Select(n => (long)n));
        lines.Where(Records.IsRequest).Select(line => line.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count().ShouldBe(threads * each);
        ShouldBeChained(Text(Segments().ShouldHaveSingleItem()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task WriteAsync_OnceItReturns_TheLineIsInTheFile()
    {
        await using var log = Open();

        (await log.WriteAsync(Records.Allowed("first"))).ShouldBeTrue();

        Text(Segments().Single()).ShouldContain("\"id\":\"first\"");
    }

    [Fact]
    public async Task WriteAsync_WithoutDirectory_GoesToStdout()
    {
        await using var log = Open(new AuditOptions());

        (await log.WriteAsync(Records.Allowed("first"))).ShouldBeTrue();

        _stdout.Text.ShouldContain("\"id\":\"first\"");
    }

    [Fact]
    public async Task WriteAsync_WhileStdoutFails_ReportsItUntilItWorksAgain()
    {
        await using var log = Open(new AuditOptions());
        _stdout.Broken = true;
        (await log.WriteAsync(Records.Allowed("lost"))).ShouldBeFalse();
        log.Failure.ShouldNotBeNull();

        _stdout.Broken = false;
        (await log.WriteAsync(Records.Allowed("kept"))).ShouldBeTrue();

        log.Failure.ShouldBeNull();
        JsonDocument.Parse(_stdout.Text).RootElement.GetProperty("seq").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task WriteAsync_WithBoth_WritesTheSameLinesToBoth()
    {
        await using (var log = Open(new AuditOptions { HasReserve = false, Directory = _directory, StandardOutput = true }))
        {
            await log.WriteAsync(Records.Allowed("first"));
            await LogDirectory.UntilAsync(() => _stdout.Text == Text(Segments().Single()));
        }
    }

    [Fact]
    public async Task WriteAsync_RecordThatCannotBeRendered_FailsAlone()
    {
        // JSON cannot represent NaN.
        var unwritable = new AuditEvent(TimeProvider.System.GetUtcNow(), "odd", new JsonObject { ["value"] = double.NaN });
        var written = new bool[40];
        using var directory = new LogDirectory();
        await using (var log = directory.Open())
        {
            await Task.WhenAll(Enumerable.Range(0, written.Length).Select(n => Task.Run(async () =>
                written[n] = n % 10 == 3 ? await log.WriteAsync(unwritable) : await log.WriteAsync(Records.Allowed($"r{n}")))));
        }

        Enumerable.Range(0, written.Length).Where(n => !written[n]).ShouldBe([3, 13, 23, 33]);
        var lines = (await File.ReadAllLinesAsync(directory.Segments[0])).Select(line => JsonElement.Parse(line)).ToList();
        lines.Count(Records.IsRequest).ShouldBe(36);
        lines.Count(line => line.TryGetProperty("event", out var name) && name.GetString() == "records-lost" && line.GetProperty("cause").GetString() == "ArgumentException").ShouldBe(4);
        new AuditVerifier().Verify(directory.Path).Problems.ShouldBeEmpty();
    }

    // A thread that hangs in the kernel must not be one that reads requests.
    [Fact]
    public async Task WriteAsync_WhileTheOutputHangs_ReturnsAndIsWrittenWithTheNextBatch()
    {
        using var held = new ManualResetEventSlim();
        await using var log = Open(new AuditOptions());
        _stdout.Held = held;
        var first = log.WriteAsync(Records.Allowed("first"));
        await LogDirectory.UntilAsync(() => _stdout.IsHolding);
        var second = log.WriteAsync(Records.Allowed("second"));
        var third = log.WriteAsync(Records.Allowed("third"));
        held.Set();

        (await first).ShouldBeTrue();
        (await second).ShouldBeTrue();
        (await third).ShouldBeTrue();
        _stdout.LastWriter.ShouldNotBeNull().Name.ShouldBe("audit-write");
        Ids(_stdout.Text).ShouldBe(["first", "second", "third"]);
    }

    // Continuing on the same thread is cheaper than waking another one.
    [Fact]
    public async Task WriteAsync_OnceWritten_ContinuesOnTheWritersThread()
    {
        using var held = new ManualResetEventSlim();
        await using var log = Open(new AuditOptions());
        _stdout.Held = held;
        Thread? wentOnOn = null;
        var waiting = Task.Run(WaitAsync);
        await LogDirectory.UntilAsync(() => _stdout.IsHolding);
        held.Set();
        await waiting;

        wentOnOn.ShouldBe(_stdout.LastWriter);

        async Task WaitAsync()
        {
            // Without the synchronization context of the test runner.
            await log.WriteAsync(Records.Allowed("first")).ConfigureAwait(false);
            wentOnOn = Thread.CurrentThread;
        }
    }

    [Fact]
    public async Task WriteAsync_AfterDispose_WritesNothing()
    {
        var log = Open();
        await log.DisposeAsync();

        (await log.WriteAsync(Records.Allowed("late"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Files_AreReadableByOwnerAndGroupOnly()
    {
        var directory = Path.Combine(_directory, "new");
        await using var log = Open(new AuditOptions { HasReserve = false, Directory = directory });

        File.GetUnixFileMode(directory).ShouldBe((UnixFileMode)0b111_101_000);
        Directory.GetFiles(directory).Select(File.GetUnixFileMode).Distinct().ShouldBe([(UnixFileMode)0b110_100_000]);
    }

    // The writer's turn must be released, whatever happens during it.
    [Fact]
    public async Task WriteAsync_AfterAFailedCheckpoint_IsWritten()
    {
        await using var log = Open(new AuditOptions { HasReserve = false, Directory = _directory, CheckpointInterval = TimeSpan.FromMilliseconds(10) });
        _stdout.Fault = new InvalidOperationException("known for no output");
        await LogDirectory.UntilAsync(() => _stdout.Faults > 0);

        (await log.WriteAsync(Records.Allowed("after")).AsTask().WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();

        _stdout.Fault = null;
    }

    private AuditLog Open(AuditOptions? options = null) =>
        new(options ?? new AuditOptions { HasReserve = false, Directory = _directory }, TimeProvider.System, NullLogger<AuditLog>.Instance, _stdout);

    private static IEnumerable<string?> Ids(string lines) => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString());

    private static string Text(string file) => File.ReadAllText(file);

    private string[] Segments() => [.. Directory.GetFiles(_directory, "audit-*.jsonl").Order(StringComparer.Ordinal)];

    private List<JsonElement> Lines() => [.. Segments().SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement)];

    private static void ShouldBeChained(IReadOnlyList<string> lines)
    {
        var prev = new string('0', 64);
        foreach (var line in lines)
        {
            JsonDocument.Parse(line).RootElement.GetProperty("prev").GetString().ShouldBe(prev);
            prev = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));
        }
    }
}
