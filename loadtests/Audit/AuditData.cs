using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.LoadTests.Audit;

/// <c>audit-data DIR [RECORDS]</c>: writes the log of a busy node with 100 pods.
internal static class AuditData
{
    private static readonly ImmutableArray<Caller> Pods =
        [.. Enumerable.Range(0, 100).Select(n => (Caller)new Caller.Pod(new PodIdentity($"team-{n % 12}", $"service-{n}-7c9f8d6b5-x{n:d4}", Uid(n), $"service-{n}", $"Deployment/service-{n}", [])))];

    public static async Task<int> RunAsync(string[] args)
    {
        await WriteAsync(args[0], args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2_000_000);
        return 0;
    }

    /// <summary>Writes this many records, with one second of log time for each hundred.</summary>
    public static async Task WriteAsync(string directory, int records)
    {
        await using var log = new AuditLog(
            new AuditOptions { Directory = directory, Cluster = "prod-weu", Node = "aks-nodepool1-1", MaxBytes = long.MaxValue, KeepInterval = TimeSpan.FromDays(1) },
            TimeProvider.System,
            NullLogger<AuditLog>.Instance,
            new NoOutput());
        var start = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(records / 100.0);
        for (var n = 0; n < records; n++)
        {
            await log.WriteAsync(Record(n, start.AddMilliseconds(n * 10)));
        }
    }

    /// <summary>Creates a typical record of a node: mostly tokens, some instance documents, a few denials.</summary>
    public static AuditRecord Record(int n, DateTimeOffset moment) => new()
    {
        Timestamp = moment,
        Id = $"0HNH{n:X8}:00000001",
        Verdict = n % 17 == 0 ? Verdict.Denied : Verdict.Allowed,
        Reason = n % 17 == 0 ? Reason.NoRule : Reason.Rule,
        Rule = n % 17 == 0 ? null : "services-to-arm",
        Mode = PolicyMode.Enforce,
        PolicyRevision = "3f2a9c1e77aa",
        Caller = Pods[(int)(n * 7919L % Pods.Length)],
        CallerIp = IPAddress.Loopback,
        CallerPort = 1024 + (n % 60_000),
        RawMethod = "GET",
        RawTarget = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F",
        UserAgent = "azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)",
        Status = n % 17 == 0 ? 403 : 200,
        Bytes = 1848,
        Issued = n % 17 == 0 ? null : new IssuedCredential("arm", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "https://management.azure.com/", moment.AddDays(1), $"uti-{n:x8}"),
        UpstreamStatus = 200,
        UpstreamMilliseconds = 3 + (n % 100 / 10.0),
        Milliseconds = 3.2 + (n % 100 / 10.0),
    };

    private static string Uid(int n) => new Guid(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString();
}
