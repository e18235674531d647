using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.LoadTests.Demands;

/// <summary>The worst log to reduce: 50,000 demands in random order, each by one of 20 pods, so that hardly a line is like one shortly before it.</summary>
internal static class UnlikeDemands
{
    /// <summary>The number of different demands.</summary>
    public const int Demands = Workloads * DemandsOfWorkload;

    private const int Workloads = 250;
    private const int DemandsOfWorkload = 200;
    private const int PodsOfWorkload = 20;
    private const int Buffer = 1 << 20;

    private static readonly byte[] Prev = Encoding.ASCII.GetBytes(new string('a', 64));

    private static readonly ImmutableArray<Caller.Pod> Pods =
        [.. Enumerable.Range(0, Workloads * PodsOfWorkload).Select(static n => new Caller.Pod(new PodIdentity(
            $"team-{n / PodsOfWorkload % 60}", $"service-{n / PodsOfWorkload}-7c9f8d6b5-x{n:d4}", new Guid(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString(), $"service-{n / PodsOfWorkload}", $"Deployment/service-{n / PodsOfWorkload}", [])))];

    private static readonly ImmutableArray<ImdsRequest> Requests =
        [.. Enumerable.Range(0, DemandsOfWorkload).Select(static n => ImdsRequestParser.ParseTarget(
            "GET", string.Create(CultureInfo.InvariantCulture, $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://service-{n}.example.com&client_id={IdOf(n)}")).Request!)];

    /// <summary>Writes this many records into a file.</summary>
    public static void Write(string path, int records)
    {
        var random = new Random(1);
        var writer = new AuditRecordWriter(new AuditOrigin("prod-weu", "aks-nodepool1-1", "b7f1"));
        var (rest, line) = (new ArrayBufferWriter<byte>(2048), new ArrayBufferWriter<byte>(2048));
        using var output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, Buffer);
        var start = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
        for (var n = 0; n < records; n++)
        {
            rest.ResetWrittenCount();
            line.ResetWrittenCount();
            var place = writer.Write(rest, Record(n, start.AddSeconds(n), random));
            line.Write(rest.WrittenSpan[..place]);
            ChainPlace.Write(line, n + 1, Prev);
            line.Write(rest.WrittenSpan[place..]);
            output.Write(line.WrittenSpan);
        }
    }

    private static AuditRecord Record(int n, DateTimeOffset at, Random random)
    {
        var demand = random.Next(DemandsOfWorkload);
        return new AuditRecord
        {
            Timestamp = at,
            Id = string.Create(CultureInfo.InvariantCulture, $"0HNH{n:X8}:00000001"),
            Verdict = Verdict.WouldDeny,
            Reason = Reason.NoRule,
            Mode = PolicyMode.Audit,
            PolicyRevision = "3f2a9c1e77aa",
            Caller = Pods[random.Next(Pods.Length)],
            CallerIp = IPAddress.Parse("10.244.0.11"),
            CallerPort = 1024 + (n % 60_000),
            CallerInterface = "azv7a1",
            Request = Requests[demand],
            UserAgent = "azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)",
            Status = 200,
            Bytes = 1848,
            Issued = new IssuedCredential(null, IdOf(demand), $"https://service-{demand}.example.com", at.AddDays(1), $"uti-{n:x8}"),
            UpstreamStatus = 200,
            UpstreamMilliseconds = 3 + (n % 100 / 10.0),
            Milliseconds = 3.2 + (n % 100 / 10.0),
        };
    }

    private static string IdOf(int demand) => new Guid(demand, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11).ToString();
}
