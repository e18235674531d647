using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.HostPods;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;

namespace ImdsProxy.Enforce;

/// <summary>
/// Records the requests of the node's own processes, whose bytes are passed on unchanged. Nothing waits for these records: the node must
/// not lose IMDS because the log can't be written.
/// </summary>
internal sealed class NodeRecords(
    ActivePolicy policy, TimeProvider time, IAuditLog log, CallerRates rates, Summaries summaries, Action<AuditRecord> requestEnded, Action<AuditRecord, bool> ended)
{
    /// <summary>The maximum number of records that wait for the log. Further records count as not written.</summary>
    public const int MaxWaiting = 64;

    private long _ids;
    private int _waiting;

    /// <summary>Records one request.</summary>
    /// <param name="client">The client's address and port.</param>
    /// <param name="unit">The systemd unit.</param>
    /// <param name="connection">The id of the connection.</param>
    /// <param name="head">The head of the request.</param>
    public void Write(IPEndPoint client, string unit, string connection, RequestHead head)
    {
        var record = Of(client, unit, $"{connection}:{Interlocked.Increment(ref _ids):X8}", head);
        requestEnded(record);
        if (rates.TryTake(new CallerKey(client.Address, unit)) || !summaries.TryAdd(record, out _))
        {
            _ = WriteAsync(record);
        }
    }

    private AuditRecord Of(IPEndPoint client, string unit, string id, RequestHead head)
    {
        var isLost = ReferenceEquals(head, RequestHead.Lost);
        var parsed = isLost ? default(RequestResult?) : ImdsRequestParser.Parse(head.Method, head.Target, new Headers(head));
        var request = parsed is { IsParsed: true } good ? good.Request : null;
        return new AuditRecord
        {
            Timestamp = time.GetUtcNow(),
            Id = id,
            Verdict = Verdict.Allowed,
            Reason = Reason.CallerIsNode,
            Mode = PolicyMode.Audit,
            PolicyRevision = policy.Current?.Revision,
            Caller = Caller.Node.Of(unit),
            CallerIp = client.Address,
            CallerPort = client.Port,
            Request = request,
            Probe = !isLost && !IsTrue(head.First("Metadata")),
            RawMethod = request is null && !isLost ? head.Method : null,
            RawTarget = request is null && !isLost ? head.Target : null,
            Error = isLost ? "the rest of this connection could not be read as requests; its bytes were passed on" : null,
            UserAgent = head.First("User-Agent"),
            Status = 0,
            Milliseconds = 0,
        };
    }

    private static bool IsTrue(string? metadata) => string.Equals(metadata, "true", StringComparison.OrdinalIgnoreCase);

    private async Task WriteAsync(AuditRecord record)
    {
        try
        {
            ended(record, Interlocked.Increment(ref _waiting) <= MaxWaiting && await log.WriteAsync(record));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private readonly struct Headers(RequestHead head) : IRequestHeaders
    {
        public int Count(string name) => head.Count(name);

        public string? First(string name) => head.First(name);
    }
}
