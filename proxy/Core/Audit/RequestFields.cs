using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes the part of a record about the caller and the request.</summary>
internal static class RequestFields
{
    public static void WriteCaller(Utf8JsonWriter json, AuditRecord record)
    {
        json.WriteStartObject("caller"u8);
        if (record.IsOfOthers)
        {
            json.WriteString("kind"u8, "other"u8);
            json.WriteEndObject();
            return;
        }

        WriteAddress(json, record);
        WriteEvidence(json, record);
        if (record.Caller is Caller.Pod { Identity: var pod })
        {
            PodFields.WriteNames(json, pod);
        }
        else
        {
            json.WriteString("kind"u8, Kind(record.Caller));
            AuditText.Write(json, "unit"u8, (record.Caller as Caller.Node)?.Unit, AuditLimits.Name);
        }

        json.WriteEndObject();
    }

    // Only what was proven: an address alone may be reused.
    private static void WriteEvidence(Utf8JsonWriter json, AuditRecord record)
    {
        if (record.Caller is Caller.Pod { OnHost: true } or Caller.Node { Unit: not null })
        {
            json.WriteString("evidence"u8, "cgroup"u8);
        }
        else if (record is { Caller: Caller.Pod, IsInterfaceEvidence: true })
        {
            json.WriteString("evidence"u8, "interface"u8);
        }
    }

    public static void WriteRequest(Utf8JsonWriter json, AuditRecord record)
    {
        var start = Length(json);
        var isCut = false;
        json.WriteStartObject("request"u8);
        if (record.Request is { } request)
        {
            isCut = WriteCanonical(json, request);
        }
        else
        {
            AuditText.Write(json, "method"u8, record.RawMethod, AuditLimits.Word);
            AuditText.Write(json, "rawTarget"u8, record.RawTarget, AuditLimits.Target);
        }

        if (record.Probe)
        {
            json.WriteBoolean("probe"u8, true);
        }

        AuditText.Write(json, record.Mode == PolicyMode.Enforce ? "asIdentity"u8 : "wouldBeIdentity"u8, record.Pin, AuditLimits.Name);
        AuditText.Write(json, "error"u8, record.Error, AuditLimits.Error);
        AuditText.Write(json, "userAgent"u8, record.UserAgent, AuditLimits.UserAgent);
        isCut |= WriteEventIds(json, record.EventIds, AuditLimits.Request - (Length(json) - start));
        json.WriteEndObject();
        if (isCut)
        {
            json.WriteBoolean("cut"u8, true);
        }
    }

    private static int Length(Utf8JsonWriter json) => (int)(json.BytesCommitted + json.BytesPending);

    // Operators that do not short-circuit, so that every field is written.
    private static bool WriteCanonical(Utf8JsonWriter json, ImdsRequest request)
    {
        var isCut = AuditText.Write(json, "method"u8, request.Method, AuditLimits.Word)
            | AuditText.Write(json, "path"u8, request.Path, AuditLimits.Target)
            | AuditText.Write(json, "apiVersion"u8, request.ApiVersion, AuditLimits.Word)
            | AuditText.Write(json, "resource"u8, request.Resource, AuditLimits.Value);
        if (request.Selector is { } selector)
        {
            json.WriteStartObject("selector"u8);
            json.WriteString("kind"u8, selector.Key);
            isCut |= AuditText.Write(json, "value"u8, selector.Value, AuditLimits.Value);
            json.WriteEndObject();
        }

        return isCut | WriteExtraQuery(json, request);
    }

    private static bool WriteExtraQuery(Utf8JsonWriter json, ImdsRequest request)
    {
        if (request.Extra.IsEmpty)
        {
            return false;
        }

        var room = AuditLimits.ExtraQuery;
        var isCut = false;
        json.WriteStartArray("extraQuery"u8);
        foreach (var parameter in request.Extra)
        {
            isCut |= !TryWriteItem(json, parameter.Key, ref room);
        }

        json.WriteEndArray();
        return isCut;
    }

    private static bool WriteEventIds(Utf8JsonWriter json, IReadOnlyList<string>? eventIds, int room)
    {
        if (eventIds is null)
        {
            return false;
        }

        room -= ",\"eventIds\":[]}"u8.Length;
        var isCut = false;
        json.WriteStartArray("eventIds"u8);
        for (var i = 0; i < eventIds.Count && !isCut; i++)
        {
            isCut = !TryWriteItem(json, eventIds[i], ref room);
        }

        json.WriteEndArray();
        return isCut;
    }

    // Returns false if the item was truncated, or omitted because there is no room left.
    private static bool TryWriteItem(Utf8JsonWriter json, string text, ref int room)
    {
        const int quotesAndComma = 3;
        if (room < AuditLimits.Word + quotesAndComma)
        {
            return false;
        }

        var before = Length(json);
        var isCut = AuditText.WriteValue(json, text, AuditLimits.Word);
        room -= Length(json) - before;
        return !isCut;
    }

    private static void WriteAddress(Utf8JsonWriter json, AuditRecord record)
    {
        if (record.CallerIp is { } ip)
        {
            WriteIp(json, ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip);
        }

        if (record.CallerPort > 0)
        {
            json.WriteNumber("port"u8, record.CallerPort);
        }

        AuditText.Write(json, "interface"u8, record.CallerInterface, AuditLimits.Word);
    }

    private static void WriteIp(Utf8JsonWriter json, IPAddress ip)
    {
        Span<byte> text = stackalloc byte[64];
        if (ip.TryFormat(text, out var length))
        {
            json.WriteString("ip"u8, text[..length]);
        }
    }

    private static ReadOnlySpan<byte> Kind(Caller caller) => caller switch
    {
        Caller.Node => "node"u8,
        Caller.Ambiguous => "ambiguous"u8,
        _ => "unknown"u8,
    };
}
