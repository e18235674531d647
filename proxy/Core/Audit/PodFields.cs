using System.Text.Json;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes what a record or an event says about a pod.</summary>
internal static class PodFields
{
    // Quotes, colon and comma.
    private const int LabelOverhead = 6;

    public static void WriteNames(Utf8JsonWriter json, PodIdentity pod)
    {
        AuditText.Write(json, "namespace"u8, pod.Namespace, AuditLimits.Name);
        AuditText.Write(json, "pod"u8, pod.Name, AuditLimits.Name);
        AuditText.Write(json, "uid"u8, pod.Uid, AuditLimits.Word);
        AuditText.Write(json, "serviceAccount"u8, pod.ServiceAccount, AuditLimits.Name);
        AuditText.Write(json, "owner"u8, pod.Owner, AuditLimits.Owner);
    }

    public static void Write(Utf8JsonWriter json, PodSeen seen)
    {
        WriteNames(json, seen.Pod);
        var isCut = WriteLabels(json, seen.Pod);
        if (seen.Skipped > 0)
        {
            json.WriteNumber("skipped"u8, seen.Skipped);
        }

        if (isCut)
        {
            json.WriteBoolean("cut"u8, true);
        }
    }

    // Sorted, so that equal labels are equal bytes. Returns whether a label was left out: half a label would be another label.
    private static bool WriteLabels(Utf8JsonWriter json, PodIdentity pod)
    {
        var room = AuditLimits.Labels;
        var isCut = false;
        json.WriteStartObject("labels"u8);
        foreach (var key in pod.Labels.Keys.Order(StringComparer.Ordinal))
        {
            isCut |= !TryWriteLabel(json, key, pod.Labels[key], ref room);
        }

        json.WriteEndObject();
        return isCut;
    }

    private static bool TryWriteLabel(Utf8JsonWriter json, string key, string value, ref int room)
    {
        Span<byte> label = stackalloc byte[AuditLimits.LabelKey + AuditLimits.LabelValue + LabelOverhead];
        var length = Quote(key, label, AuditLimits.LabelKey, out var isKeyCut);
        label[length++] = (byte)':';
        length += Quote(value, label[length..], AuditLimits.LabelValue, out var isValueCut);
        if (isKeyCut || isValueCut || length >= room)
        {
            return false;
        }

        room -= length + 1;
        json.WriteRawValue(label[..length], skipInputValidation: true);
        return true;
    }

    private static int Quote(string text, Span<byte> output, int most, out bool isCut)
    {
        var length = EscapedText.Write(text, output.Slice(1, most), out isCut);
        (output[0], output[length + 1]) = ((byte)'"', (byte)'"');
        return length + 2;
    }
}
