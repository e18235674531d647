using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Writing;

/// <summary>Writes the members of the small objects of a policy. What matches anything is left out.</summary>
internal static class PolicyLines
{
    public static void Write(Utf8JsonWriter json, IdentityAlias alias)
    {
        json.WriteString("clientId"u8, alias.ClientId);
        WriteText(json, "objectId"u8, alias.ObjectId);
        WriteText(json, "resourceId"u8, alias.ResourceId);
    }

    public static void Write(Utf8JsonWriter json, WorkloadMatch match)
    {
        WriteList(json, "namespaces"u8, match.Namespaces);
        WriteList(json, "serviceAccounts"u8, match.ServiceAccounts);
        WriteList(json, "owners"u8, match.Owners);
        if (match.Labels.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartObject("labels"u8);
        foreach (var (key, value) in match.Labels)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AllowPermission allow)
    {
        json.WriteString("path"u8, allow.Path.Text);
        if (allow.Methods is not ["GET"])
        {
            WriteList(json, "methods"u8, allow.Methods);
        }

        WriteList(json, "identities"u8, allow.Identities);
        WriteList(json, "resources"u8, allow.Resources);
        if (!allow.ExtraQuery.IsDefaultOrEmpty)
        {
            WriteList(json, "extraQuery"u8, allow.ExtraQuery);
        }

        WriteText(json, "asIdentity"u8, allow.AsIdentity);
        if (allow.View is { } view)
        {
            WriteList(json, view.IsKeep ? "keep"u8 : "redact"u8, view.Fields);
        }
    }

    public static void Write(Utf8JsonWriter json, DenyPermission deny)
    {
        WriteText(json, "path"u8, deny.Path?.Text);
        WriteList(json, "methods"u8, deny.Methods);
        WriteList(json, "identities"u8, deny.Identities);
        WriteList(json, "resources"u8, deny.Resources);
        if (deny.Quiet)
        {
            json.WriteBoolean("quiet"u8, true);
        }
    }

    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<string> texts)
    {
        if (texts.IsDefault)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
