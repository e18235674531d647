using System.Buffers;
using System.Text.Json;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// Renders a record or an event as one line of JSON that ends with a line feed. The line lacks its place in the chain, which is
/// known only when the line is written (<see cref="ChainPlace"/>). The line of a request has at most 8 KiB. Every byte before
/// the line feed is printable ASCII, so that nothing a pod sends can end a line early or control a terminal. Not thread-safe.
/// </summary>
#pragma warning disable CA1001 // The JSON writers hold and write only memory.
public sealed class AuditRecordWriter
#pragma warning restore CA1001
{
    private readonly AuditOrigin _origin;
    private readonly Utf8JsonWriter _records = new(Stream.Null, AuditText.Options);
    private readonly Utf8JsonWriter _events = new(Stream.Null);

    public AuditRecordWriter(AuditOrigin origin) => _origin = origin;

    /// <summary>Renders a record.</summary>
    /// <param name="output">Receives the line.</param>
    /// <param name="record">The record.</param>
    /// <returns>The number of bytes before the place in the chain.</returns>
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

    /// <summary>Renders an event. Omits a field that has the name of one of the writer's own fields, because a reader could confuse the two.</summary>
    /// <param name="output">Receives the line.</param>
    /// <param name="auditEvent">The event.</param>
    /// <returns>The number of bytes before the place in the chain.</returns>
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

    /// <summary>Renders the event about a pod. Its labels are chosen by others, so the line has at most 8 KiB.</summary>
    /// <param name="output">Receives the line.</param>
    /// <param name="seen">The event.</param>
    /// <returns>The number of bytes before the place in the chain.</returns>
    public int Write(IBufferWriter<byte> output, PodSeen seen)
    {
        var json = _records;
        json.Reset(output);
        json.WriteStartObject();
        AuditText.WriteTimestamp(json, "ts"u8, seen.Timestamp);
        json.WriteString("kind"u8, "event"u8);
        json.WriteString("event"u8, "pod-seen"u8);
        var place = WriteOrigin(json);
        PodFields.Write(json, seen);
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
