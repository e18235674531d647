using System.Buffers;
using System.Text.Json;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// Turns a record or an event into one line of JSON that ends with a line feed, but for its place in the chain, which is known
/// only when it is written (<see cref="ChainPlace"/>). The line of a request has at most 8 KiB. Every byte between is printable ASCII, so that nothing a pod sends
/// ends a line early or reaches a terminal. Not safe for use by two threads at once.
/// </summary>
#pragma warning disable CA1001 // What its JSON writers hold is memory, and they write to memory.
public sealed class AuditRecordWriter
#pragma warning restore CA1001
{
    private readonly AuditOrigin _origin;
    private readonly Utf8JsonWriter _records = new(Stream.Null, AuditText.Options);
    private readonly Utf8JsonWriter _events = new(Stream.Null);

    public AuditRecordWriter(AuditOrigin origin) => _origin = origin;

    /// <summary>Writes a record.</summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="record">What happened.</param>
    /// <returns>How many bytes of the line come before its place in the chain.</returns>
    public int Write(IBufferWriter<byte> output, AuditRecord record)
    {
        var json = _records;
        json.Reset(output);
        json.WriteStartObject();
        AuditText.WriteTimestamp(json, "ts"u8, record.Timestamp);
        json.WriteString("kind"u8, "request"u8);
        AuditText.Write(json, "id"u8, record.Id, AuditLimits.Word);
        var place = WriteOrigin(json);
        WriteDecision(json, record);
        RequestFields.WriteCaller(json, record);
        if (record.Summed > 0)
        {
            WriteSummary(json, record.Summed);
        }
        else
        {
            RequestFields.WriteRequest(json, record);
            AnswerFields.Write(json, record);
        }

        End(json, output);
        return place;
    }

    /// <summary>Writes an event. A field of its own that bears the name of one of the record's is left out: it could pass for it.</summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="auditEvent">What happened.</param>
    /// <returns>How many bytes of the line come before its place in the chain.</returns>
    public int Write(IBufferWriter<byte> output, AuditEvent auditEvent)
    {
        var json = _events;
        json.Reset(output);
        json.WriteStartObject();
        AuditText.WriteTimestamp(json, "ts"u8, auditEvent.Timestamp);
        json.WriteString("kind"u8, "event"u8);
        json.WriteString("event"u8, auditEvent.Name);
        var place = WriteOrigin(json);
        foreach (var (name, value) in auditEvent.Fields)
        {
            if (value is not null && name is not ("ts" or "kind" or "event" or "id" or "cluster" or "node" or "instance" or "seq" or "prev"))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        End(json, output);
        return place;
    }

    private int WriteOrigin(Utf8JsonWriter json)
    {
        AuditText.Write(json, "cluster"u8, _origin.Cluster, AuditLimits.Name);
        AuditText.Write(json, "node"u8, _origin.Node, AuditLimits.Name);
        json.WriteString("instance"u8, _origin.Instance);
        return (int)(json.BytesCommitted + json.BytesPending);
    }

    private static void WriteDecision(Utf8JsonWriter json, AuditRecord record)
    {
        json.WriteString("verdict"u8, record.Verdict.Name());
        json.WriteString("reason"u8, record.Reason.Name());
        AuditText.Write(json, "rule"u8, record.Rule, AuditLimits.Name);
        if (record.Quiet)
        {
            json.WriteBoolean("quiet"u8, true);
        }

        json.WriteString("mode"u8, record.Mode.Name());
        AuditText.Write(json, "policyRevision"u8, record.PolicyRevision, AuditLimits.Word);
    }

    private static void WriteSummary(Utf8JsonWriter json, long count)
    {
        json.WriteStartObject("summary"u8);
        json.WriteNumber("count"u8, count);
        json.WriteEndObject();
    }

    private static void End(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteEndObject();
        json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }
}
