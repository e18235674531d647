using System.Net;
using System.Text.Json;
using ImdsProxy.Audit.Verify;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>The proxy as a process whose log outputs hang: no request waits for them, and the process ends when told to.</summary>
public sealed class StalledServeTests : IDisposable
{
    // Many times the capacity of a pipe, which is 64 KiB.
    private const int Requests = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("stalled-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Serve_UnreadStdoutBesideADirectory_DeniesAsUsualAndEndsOnSigterm()
    {
        var log = Path.Combine(_directory, "log");
        using var proxy = await ServeRun.StartAsync(_directory, "--audit-dir", log, "--audit-stdout");
        for (var n = 0; n < Requests; n++)
        {
            (await proxy.AskAsync()).ShouldBe(HttpStatusCode.Forbidden);
        }

        (await proxy.HealthAsync()).ShouldBe("");
        proxy.Terminate();
        await proxy.WaitAsync().WaitAsync(Patience);

        var lines = Directory.GetFiles(log, "audit-*.jsonl").SelectMany(File.ReadAllLines).ToList();
        lines.ShouldContain(static line => line.Contains("\"by\":\"stdout\"", StringComparison.Ordinal));
        lines.ShouldContain(static line => line.Contains("\"event\":\"stopped\"", StringComparison.Ordinal));
        new AuditVerifier().Verify(log).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Serve_UnreadStdoutAsOnlyOutput_AnswersInTimeAndRecoversOnceRead()
    {
        using var proxy = await ServeRun.StartAsync(_directory);
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < Requests; n++)
        {
            answers.Add(await proxy.AskAsync());
        }

        answers[0].ShouldBe(HttpStatusCode.Forbidden);
        answers[^1].ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await proxy.HealthAsync()).ShouldBe("imds-proxy: not ready: audit: a write to stdout takes longer than 1 s\n");
        (await proxy.HealthAsync(live: true)).ShouldBe("");

        var output = proxy.ReadAsync();
        await Eventually.HoldsAsync(async () => await proxy.AskAsync() == HttpStatusCode.Forbidden, Patience);
        (await proxy.HealthAsync()).ShouldBe("");
        proxy.Terminate();
        await proxy.WaitAsync().WaitAsync(Patience);

        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        lines.RemoveAll(static line => Name(line) == "checkpoint");
        lines.Select(static line => line.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, lines.Count).Select(static n => (long)n));
        lines.Select(Name).ShouldContain("audit-recovered", StringComparer.Ordinal);
        lines.Select(Name).ShouldContain("records-late", StringComparer.Ordinal);
    }

    [Fact]
    public async Task Serve_UnreadStdoutAsOnlyOutput_EndsOnSigterm()
    {
        using var proxy = await ServeRun.StartAsync(_directory);
        await Eventually.HoldsAsync(async () => await proxy.AskAsync() == HttpStatusCode.ServiceUnavailable, Patience);

        proxy.Terminate();

        await proxy.WaitAsync().WaitAsync(Patience);
    }

    [Theory]
    [InlineData("deny", HttpStatusCode.ServiceUnavailable)]
    [InlineData("stdout", HttpStatusCode.Forbidden)]
    public async Task Serve_DiskHangs_AnswersInTimeAndRecovers(string onError, HttpStatusCode meanwhile)
    {
        using var disk = LoopDisk.Mount();
        var log = Path.Combine(disk.Path, "log");
        using var proxy = await ServeRun.StartAsync(_directory, "--audit-dir", log, "--audit-on-error", onError);
        var output = proxy.ReadAsync();
        disk.Freeze();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ => (await proxy.AskAsync()).ShouldBe(meanwhile)));
        (await proxy.AskAsync()).ShouldBe(meanwhile);
        (await proxy.HealthAsync()).ShouldBe(onError == "deny" ? "imds-proxy: not ready: audit: a write to the audit directory takes longer than 1 s\n" : "");
        (await proxy.HealthAsync(live: true)).ShouldBe("");

        disk.Thaw();
        await Eventually.HoldsAsync(async () => (await proxy.HealthAsync()).Length == 0 && await proxy.AskAsync() == HttpStatusCode.Forbidden, Patience);
        await Eventually.HoldsAsync(() => Lines(log).Any(static line => line.Contains("\"event\":\"audit-recovered\"", StringComparison.Ordinal)), Patience);
        proxy.Terminate();
        await proxy.WaitAsync().WaitAsync(Patience);
        await output;

        new AuditVerifier().Verify(log).Problems.ShouldBeEmpty();
    }

    // The kernel keeps the thread that waits for the disk, and with it the process. Everything else of the process is gone.
    [Fact]
    public async Task Serve_DiskHangs_EndsOnSigtermAsFarAsTheKernelAllows()
    {
        using var disk = LoopDisk.Mount();
        using var proxy = await ServeRun.StartAsync(_directory, "--audit-dir", Path.Combine(disk.Path, "log"), "--audit-on-error", "deny");
        disk.Freeze();
        (await proxy.AskAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);

        proxy.Terminate();

        await Eventually.HoldsAsync(() => proxy.HasEnded, Patience);
        disk.Thaw();
        await proxy.WaitAsync().WaitAsync(Patience);
    }

    private static IEnumerable<string> Lines(string log) => Directory.GetFiles(log, "audit-*.jsonl").SelectMany(File.ReadAllLines);

    private static string? Name(JsonElement line) =>
        line.TryGetProperty("event", out var name) ? name.GetString() : line.GetProperty("id").GetString();
}
