using System.Net;
using System.Net.Sockets;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Stores.Tests.Store;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

[Collection(nameof(ClickHouse))]
public sealed class CollectorTests(ClickHouse clickHouse) : IDisposable
{
    private const int Kills = 20;
    private const int RecordsBetweenKills = 150;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-collector");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>A killed collector may have stored a batch that it has not acknowledged, or only read it. The proxy sends the batch again.</summary>
    [Fact]
    public async Task Export_ThroughACollectorThatIsKilledTwentyTimes_StoresEachRecordOnce()
    {
        var database = await clickHouse.CreateAsync();
        var port = FreePort();
        var options = new AuditOptions
        {
            Directory = _directory.FullName,
            Node = "node-1",
            Otlp = new Uri($"http://127.0.0.1:{port}/v1/logs"),
            OtlpQueueBytes = 64 << 20,
        };
        await using (var log = new AuditLog(options, TimeProvider.System, NullLogger<AuditLog>.Instance))
        {
            var written = 0;
            for (var kill = 0; kill <= Kills; kill++)
            {
                await using var collector = await StartAsync(port, database);
                var before = await CountAsync(database, "count()");
                for (var n = 0; n < RecordsBetweenKills; n++)
                {
                    (await log.WriteAsync(Record(written++))).ShouldBeTrue();
                }

                // It is killed while batches are on their way; the last one stays until all have arrived.
                await Eventually.HoldsAsync(async () => await CountAsync(database, "count()") > before, TimeSpan.FromSeconds(60));
                if (kill == Kills)
                {
                    await Eventually.HoldsAsync(async () => await CountAsync(database, "countIf(kind = 'request')", "FINAL") == written, TimeSpan.FromSeconds(120));
                    await log.CloseAsync(TimeSpan.FromSeconds(30));
                }
            }

            log.ExportLost.ShouldBe(0);
        }

        var onDisk = await LinesAsync();
        var inStore = (await clickHouse.RunAsync(database, "SELECT line FROM imds_audit FINAL WHERE ifNull(event, '') != 'checkpoint' ORDER BY line FORMAT TSVRaw")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        inStore.ShouldBe(onDisk);
        (await CountAsync(database, "uniqExact(instance, seq)", "FINAL WHERE ifNull(event, '') != 'checkpoint'")).ShouldBe(onDisk.Count);
    }

    private Task<ScriptProcess> StartAsync(int port, string database) =>
        ScriptProcess.StartAsync("collector.js", $"{port}", $"{new Uri(clickHouse.Address, $"?database={database}")}", ClickHouseEngine.User, ClickHouseEngine.Password);

    private async Task<long> CountAsync(string database, string what, string of = "") =>
        long.Parse(await clickHouse.RunAsync(database, $"SELECT {what} FROM imds_audit {of}"), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<string>> LinesAsync()
    {
        List<string> lines = [];
        foreach (var segment in SegmentEntry.ReadAll(_directory.FullName))
        {
            lines.AddRange(await File.ReadAllLinesAsync(segment.Path));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static AuditRecord Record(int n) => new()
    {
        Timestamp = TimeProvider.System.GetUtcNow(),
        Id = $"r{n}",
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = Caller.Unknown.Instance,
        CallerIp = IPAddress.Loopback,
        RawMethod = "GET",
        RawTarget = "/metadata/instance",
        Status = 200,
        Milliseconds = 1,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
