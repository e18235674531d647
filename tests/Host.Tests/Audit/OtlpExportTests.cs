using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Export;
using ImdsProxy.Core.Audit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class OtlpExportTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Export_ToAReceiver_SendsEachLineWithItsFieldsAndTime()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var log = _directory.Open(options => options with { Otlp = receiver.Endpoint }))
        {
            await log.WriteAsync(Records.Allowed("one", Records.PodOf("fluent-bit-qg7vq")));
        }

        var received = receiver.Logs.Single(log => log.Body.Contains("\"id\":\"one\"", StringComparison.Ordinal));
        received.Attributes["k8s.pod.name"].ShouldBe("fluent-bit-qg7vq");
        received.Attributes["imds_proxy.verdict"].ShouldBe("allowed");
        var seen = receiver.Logs.Single(log => log.Body.Contains("\"pod-seen\"", StringComparison.Ordinal));
        (seen.Attributes["k8s.pod.name"], seen.Attributes["imds_proxy.event"], seen.Attributes["imds_proxy.labels"]).ShouldBe(("fluent-bit-qg7vq", "pod-seen", "{}"));
        received.Time.ShouldBe(JsonDocument.Parse(received.Body).RootElement.GetProperty("ts").GetDateTimeOffset());
        receiver.Logs.ShouldContain(log => log.Body.Contains("\"event\":\"checkpoint\"", StringComparison.Ordinal));
    }

    // Loki's label and ClickHouse's view select by it.
    [Fact]
    public async Task Export_EachLine_NamesTheServiceAndItsNode()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var log = _directory.Open(options => options with { Otlp = receiver.Endpoint }))
        {
            await log.WriteAsync(Records.Allowed("one"));
        }

        receiver.Logs.Select(static log => (log.Resource.GetValueOrDefault("service.name"), log.Resource.GetValueOrDefault("service.instance.id"))).Distinct()
            .ShouldBe([("imds-proxy", "node-1")]);
    }

    [Fact]
    public async Task Export_ReceiverUnreachableForAWhile_LosesNoLine()
    {
        const int records = 2000;
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Down = true;
        await using (var log = _directory.Open(options => options with { Otlp = receiver.Endpoint }))
        {
            for (var n = 0; n < records; n++)
            {
                (await log.WriteAsync(Records.Allowed($"r{n}"))).ShouldBeTrue();
            }

            await LogDirectory.UntilAsync(() => receiver.Requests > 1);
            receiver.Logs.ShouldBeEmpty();
            receiver.Down = false;
            await LogDirectory.UntilAsync(() => receiver.Logs.Count > records);
            log.ExportLost.ShouldBe(0);
        }

        // A batch that fails halfway is sent again as a whole. Duplicates have the same seq.
        receiver.Logs.Select(log => JsonDocument.Parse(log.Body).RootElement).Where(Records.IsRequest)
            .Select(line => line.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, records).Select(n => $"r{n}"));
    }

    [Fact]
    public async Task Close_ReceiverThatNeverAnswers_EndsInTimeAndLogsTheLoss()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var log = _directory.Open(options => options with { Otlp = new Uri($"http://{silent.LocalEndpoint}/v1/logs") });
        await log.WriteAsync(Records.Allowed("one"));
        using var connection = await silent.AcceptTcpClientAsync();
        var began = TimeProvider.System.GetTimestamp();

        await log.CloseAsync(TimeSpan.FromMilliseconds(200));

        // Far below the timeout of a batch, which is 5 s.
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        // The start of the chain, the record and a checkpoint; then the event about their loss, and its checkpoint.
        log.ExportLost.ShouldBe(5);
        var lost = JsonElement.Parse((await File.ReadAllLinesAsync(_directory.Segments[0]))[^1]);
        lost.GetProperty("event").GetString().ShouldBe("records-lost");
        lost.GetProperty("by").GetString().ShouldBe("otlp");
        lost.GetProperty("count").GetInt64().ShouldBe(3);
    }

    [Fact]
    public void Tell_Losses_ReportsEachOnceAndRepeatsOnlyAfterAFailure()
    {
        var lost = 0L;
        List<string?> told = [];
        var losses = new OutputLosses("otlp", () => lost, TimeProvider.System);
        bool Write(AuditEvent auditEvent, bool works)
        {
            told.Add(auditEvent.Fields["count"]?.ToJsonString());
            return works;
        }

        losses.Tell(auditEvent => Write(auditEvent, works: true)).ShouldBeFalse();
        lost = 5;
        losses.Tell(auditEvent => Write(auditEvent, works: false)).ShouldBeFalse();
        lost = 7;
        losses.Tell(auditEvent => Write(auditEvent, works: true)).ShouldBeTrue();
        losses.Tell(auditEvent => Write(auditEvent, works: true)).ShouldBeFalse();

        told.ShouldBe(["5", "7"]);
    }

    [Fact]
    public void Add_MoreThanFits_IsCounted()
    {
        var queue = new ExportQueue(2 * (1 + ExportQueue.Overhead));

        queue.Add("1\n2\n3\n4\n"u8);

        queue.Lost.ShouldBe(2);
        queue.Peek(9, 100).Length.ShouldBe(2);
        queue.Remove(1);
        queue.Add("5\n"u8);
        queue.Lost.ShouldBe(2);
        queue.GiveUp();
        queue.Lost.ShouldBe(4);
    }

    [Fact]
    public void Add_LineBeyondTheBound_LosesOnlyThatLineAndCountsIt()
    {
        var queue = new ExportQueue(1000);

        queue.Add(Encoding.UTF8.GetBytes($"{new string('a', 1000)}\nb\n"));

        queue.Lost.ShouldBe(1);
        queue.Peek(9, 100).Select(Encoding.UTF8.GetString).ShouldBe(["b"]);
    }

    [Fact]
    public void Peek_WithALowByteLimit_ReturnsFewerLinesButAtLeastOne()
    {
        var queue = new ExportQueue(1 << 20);

        queue.Add("aaaa\nbbbb\ncccc\n"u8);

        queue.Peek(9, 8).Length.ShouldBe(2);
        queue.Peek(9, 1).Length.ShouldBe(1);
    }

    // A record may have up to 8 KiB. With a bound by lines, 20,000 of them took 160 MiB.
    [Fact]
    public void Export_HangingReceiverUnderAFlood_KeepsMemoryBounded()
    {
        const int bound = 2 << 20;
        var queue = new ExportQueue(bound);
        var batch = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('a', 8 << 10) + "\n", 16)));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var n = 0; n < 1500; n++)
        {
            queue.Add(batch);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(bound + (1 << 20));
        queue.Lost.ShouldBeGreaterThan(23_000);
        GC.KeepAlive(queue);
    }
}
