using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Writing;

/// <summary>Writes a policy as its author would, in the format that the loader reads. The same policy gives the same text.</summary>
public static class PolicyWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes a whole policy.</summary>
    public static byte[] Write(PolicyDocument policy) => Write(json =>
    {
        json.WriteNumber("version"u8, 1);
        json.WriteString("mode"u8, policy.Mode.Name());
        if (!policy.ModeExceptions.IsEmpty)
        {
            Workloads(json, policy.Mode == PolicyMode.Audit ? "enforceOnly"u8 : "auditOnly"u8, policy.ModeExceptions);
        }

        Identities(json, policy.Identities);
        Rules(json, policy.Rules);
    });

    /// <summary>Writes a fragment: identities and rules without the head of a policy.</summary>
    public static byte[] WriteFragment(ImmutableArray<IdentityAlias> identities, ImmutableArray<PolicyRule> rules) => Write(json =>
    {
        Identities(json, identities);
        Rules(json, rules);
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    private static void Identities(Utf8JsonWriter json, ImmutableArray<IdentityAlias> identities)
    {
        json.WriteStartObject("identities"u8);
        foreach (var alias in identities)
        {
            json.WriteStartObject(alias.Name);
            json.WriteString("clientId"u8, alias.ClientId);
            Text(json, "objectId"u8, alias.ObjectId);
            Text(json, "resourceId"u8, alias.ResourceId);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Rules(Utf8JsonWriter json, ImmutableArray<PolicyRule> rules)
    {
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules)
        {
            Rule(json, rule);
        }

        json.WriteEndArray();
    }

    private static void Rule(Utf8JsonWriter json, PolicyRule rule)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, rule.Name);
        Text(json, "description"u8, rule.Description);
        Text(json, "mode"u8, rule.Mode?.Name());
        Workloads(json, "workloads"u8, rule.Workloads);
        if (!rule.Except.IsEmpty)
        {
            Workloads(json, "except"u8, rule.Except);
        }

        if (!rule.Allow.IsEmpty)
        {
            json.WriteStartArray("allow"u8);
            foreach (var allow in rule.Allow)
            {
                Allow(json, allow);
            }

            json.WriteEndArray();
        }

        if (!rule.Deny.IsEmpty)
        {
            json.WriteStartArray("deny"u8);
            foreach (var deny in rule.Deny)
            {
                Deny(json, deny);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Allow(Utf8JsonWriter json, AllowPermission allow)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, allow.Path.Text);
        if (allow.Methods is not ["GET"])
        {
            List(json, "methods"u8, allow.Methods);
        }

        List(json, "identities"u8, allow.Identities);
        List(json, "resources"u8, allow.Resources);
        if (!allow.ExtraQuery.IsDefaultOrEmpty)
        {
            List(json, "extraQuery"u8, allow.ExtraQuery);
        }

        Text(json, "asIdentity"u8, allow.AsIdentity);
        if (allow.View is { } view)
        {
            List(json, view.IsKeep ? "keep"u8 : "redact"u8, view.Fields);
        }

        json.WriteEndObject();
    }

    private static void Deny(Utf8JsonWriter json, DenyPermission deny)
    {
        json.WriteStartObject();
        Text(json, "path"u8, deny.Path?.Text);
        List(json, "methods"u8, deny.Methods);
        List(json, "identities"u8, deny.Identities);
        List(json, "resources"u8, deny.Resources);
        if (deny.Quiet)
        {
            json.WriteBoolean("quiet"u8, true);
        }

        json.WriteEndObject();
    }

    private static void Workloads(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<WorkloadMatch> matches)
    {
        json.WriteStartArray(name);
        foreach (var match in matches)
        {
            json.WriteStartObject();
            List(json, "namespaces"u8, match.Namespaces);
            List(json, "serviceAccounts"u8, match.ServiceAccounts);
            List(json, "owners"u8, match.Owners);
            if (!match.Labels.IsDefaultOrEmpty)
            {
                json.WriteStartObject("labels"u8);
                foreach (var (key, value) in match.Labels)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    // A list that is left out matches anything.
    private static void List(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<string> texts)
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
