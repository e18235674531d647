using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Chain;

/// <summary>Creates the events about the log itself.</summary>
internal static class AuditEvents
{
    public const string CheckpointName = "checkpoint";
    public const string ChainBeganName = "chain-began";
    public const string RecoveredName = "audit-recovered";
    public const string SegmentsRemovedName = "segments-removed";

    private const string RecordsLostName = "records-lost";
    private const string RecordsLateName = "records-late";

    /// <summary>The first line of a chain. Names the heads of all other chains in the directory.</summary>
    public static AuditEvent ChainBegan(DateTimeOffset now, IEnumerable<ChainHead> heads, bool isReserve)
    {
        var fields = new JsonObject { ["chains"] = Chains(heads) };
        if (isReserve)
        {
            fields["reserve"] = true;
        }

        return new AuditEvent(now, ChainBeganName, fields);
    }

    /// <summary>Names the hash of the chain's last line.</summary>
    public static AuditEvent Checkpoint(DateTimeOffset now, string head) => new(now, CheckpointName, new JsonObject { ["hash"] = head });

    public static AuditEvent Degraded(DateTimeOffset now, string cause) =>
        new(now, "audit-degraded", new JsonObject { ["cause"] = cause, ["to"] = "stdout" });

    public static AuditEvent Recovered(DateTimeOffset now, DateTimeOffset since, string cause, long first, long last)
    {
        var fields = new JsonObject { ["cause"] = cause, ["seconds"] = Math.Round((now - since).TotalSeconds, 1) };
        if (first > 0)
        {
            fields["to"] = "stdout";
            fields["firstSeq"] = first;
            fields["lastSeq"] = last;
        }

        return new AuditEvent(now, RecoveredName, fields);
    }

    public static AuditEvent RecordsLost(DateTimeOffset now, DateTimeOffset since, long count) =>
        new(now, RecordsLostName, new JsonObject { ["count"] = count, ["since"] = since.UtcDateTime.ToString("O") });

    /// <summary>Replaces a record that cannot be serialised. Names only the kind of error, because its message could quote the record.</summary>
    public static AuditEvent Unwritable(DateTimeOffset now, Exception error) =>
        new(now, RecordsLostName, new JsonObject { ["count"] = 1, ["cause"] = error.GetType().Name });

    /// <summary>Reports lines that are in the log but that one output did not get.</summary>
    /// <param name="now">The time.</param>
    /// <param name="since">The time of the previous report.</param>
    /// <param name="count">The number of lines.</param>
    /// <param name="by">The output: <c>otlp</c> or <c>stdout</c>.</param>
    public static AuditEvent LostBy(DateTimeOffset now, DateTimeOffset since, long count, string by) =>
        new(now, RecordsLostName, new JsonObject { ["count"] = count, ["since"] = since.UtcDateTime.ToString("O"), ["by"] = by });

    /// <summary>Reports records that were written after their callers had been refused. In enforce mode, no credential left the proxy.</summary>
    public static AuditEvent Late(DateTimeOffset now, long first, long last) =>
        new(now, RecordsLateName, new JsonObject { ["firstSeq"] = first, ["lastSeq"] = last });

    public static AuditEvent SegmentsRemoved(DateTimeOffset now, IReadOnlyList<string> segments, IEnumerable<ChainHead> heads, long bytes) =>
        new(now, SegmentsRemovedName, new JsonObject
        {
            ["count"] = segments.Count,
            ["bytes"] = bytes,
            ["segments"] = new JsonArray([.. segments.Select(segment => (JsonNode)JsonValue.Create(segment))]),
            ["chains"] = Chains(heads),
        });

    /// <summary>Reports policy documents that were removed to make room for a new one.</summary>
    public static AuditEvent PoliciesRemoved(DateTimeOffset now, IReadOnlyList<string> policies) =>
        new(now, SegmentsRemovedName, new JsonObject
        {
            ["count"] = policies.Count,
            ["policies"] = new JsonArray([.. policies.Select(policy => (JsonNode)JsonValue.Create(policy))]),
        });

    private static JsonArray Chains(IEnumerable<ChainHead> heads) =>
    [
        .. heads.Select(head => (JsonNode)new JsonObject
        {
            ["instance"] = head.Instance,
            ["seq"] = head.Seq,
            ["hash"] = head.Hash,
            ["segment"] = head.Segment,
        }),
    ];
}
