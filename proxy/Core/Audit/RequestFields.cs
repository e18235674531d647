using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit;

/// <summary>The part of a record that says who asked for what.</summary>
internal static class RequestFields
{
    public static void WriteCaller(Utf8JsonWriter json, AuditRecord record)
    {
        json.WriteStartObject("caller"u8);
        WriteAddress(json, record);
        if (record.Caller is Caller.Pod { Identity: var pod })
        {
            AuditText.Write(json, "namespace"u8, pod.Namespace);
            AuditText.Write(json, "pod"u8, pod.Name);
            AuditText.Write(json, "uid"u8, pod.Uid);
            AuditText.Write(json, "serviceAccount"u8, pod.ServiceAccount);
            AuditText.Write(json, "owner"u8, pod.Owner);
        }
        else
        {
            json.WriteString("kind"u8, Kind(record.Caller));
        }

        json.WriteEndObject();
    }

    public static void WriteRequest(Utf8JsonWriter json, AuditRecord record)
    {
        json.WriteStartObject("request"u8);
        if (record.Request is { } request)
        {
            WriteCanonical(json, request);
        }
        else
        {
            AuditText.Write(json, "method"u8, record.RawMethod);
            AuditText.Write(json, "rawTarget"u8, record.RawTarget);
        }

        AuditText.Write(json, record.Mode == PolicyMode.Enforce ? "asIdentity"u8 : "wouldBeIdentity"u8, record.Pin);
        AuditText.Write(json, "error"u8, record.Error);
        WriteEventIds(json, record.EventIds);
        AuditText.Write(json, "userAgent"u8, record.UserAgent, AuditText.MaxUserAgentLength);
        json.WriteEndObject();
    }

    private static void WriteCanonical(Utf8JsonWriter json, ImdsRequest request)
    {
        AuditText.Write(json, "method"u8, request.Method);
        AuditText.Write(json, "path"u8, request.Path);
        AuditText.Write(json, "apiVersion"u8, request.ApiVersion);
        AuditText.Write(json, "resource"u8, request.Resource);
        if (request.Selector is { } selector)
        {
            json.WriteStartObject("selector"u8);
            json.WriteString("kind"u8, selector.Key);
            AuditText.Write(json, "value"u8, selector.Value);
            json.WriteEndObject();
        }
    }

    private static void WriteEventIds(Utf8JsonWriter json, IReadOnlyList<string>? eventIds)
    {
        // IMDS lists a handful of events at a time; a POST that names hundreds is a pod's way to fill the log.
        const int most = 64;
        if (eventIds is null)
        {
            return;
        }

        json.WriteStartArray("eventIds"u8);
        foreach (var id in eventIds.Take(most))
        {
            AuditText.WriteValue(json, id, maxLength: 64);
        }

        json.WriteEndArray();
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

        AuditText.Write(json, "interface"u8, record.CallerInterface);
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
