using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Writing;

/// <summary>
/// Writes a policy as its author would, in the format that the loader reads: each identity, workload and permission on one line. The same policy
/// gives the same text.
/// </summary>
public static class PolicyWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes a whole policy.</summary>
    public static byte[] Write(PolicyDocument policy) => Write(json =>
    {
        json.WriteNumber("version"u8, 1);
        json.WriteString("mode"u8, policy.Mode.Name());
        WriteExceptions(json, policy.Mode, policy.ModeExceptions);
        WriteHostNetwork(json, policy.HostNetwork);
        WriteBody(json, policy.Identities, policy.Rules);
    });

    /// <summary>Writes a fragment: identities and rules without the head of a policy.</summary>
    public static byte[] WriteFragment(ImmutableArray<IdentityAlias> identities, ImmutableArray<PolicyRule> rules) =>
        Write(json => WriteBody(json, identities, rules));

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

    private static void WriteExceptions(Utf8JsonWriter json, PolicyMode mode, ImmutableArray<WorkloadMatch> exceptions) =>
        WriteLines(json, mode == PolicyMode.Audit ? "enforceOnly"u8 : "auditOnly"u8, exceptions, PolicyLines.Write);

    // A policy without the key means the same as this.
    private static void WriteHostNetwork(Utf8JsonWriter json, HostNetworkPolicy hostNetwork)
    {
        if (!hostNetwork.MayEnforce)
        {
            return;
        }

        json.WriteStartObject("hostNetwork"u8);
        json.WriteString("mode"u8, hostNetwork.Mode.Name());
        WriteExceptions(json, hostNetwork.Mode, hostNetwork.ModeExceptions);
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, ImmutableArray<IdentityAlias> identities, ImmutableArray<PolicyRule> rules)
    {
        json.WriteStartObject("identities"u8);
        foreach (var alias in identities)
        {
            json.WritePropertyName(alias.Name);
            WriteLine(json, alias, PolicyLines.Write);
        }

        json.WriteEndObject();
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules)
        {
            WriteRule(json, rule);
        }

        json.WriteEndArray();
    }

    private static void WriteRule(Utf8JsonWriter json, PolicyRule rule)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, rule.Name);
        PolicyLines.WriteText(json, "description"u8, rule.Description);
        PolicyLines.WriteText(json, "mode"u8, rule.Mode?.Name());
        WriteLines(json, "workloads"u8, rule.Workloads, PolicyLines.Write);
        WriteLines(json, "except"u8, rule.Except, PolicyLines.Write);
        WriteLines(json, "allow"u8, rule.Allow, PolicyLines.Write);
        WriteLines(json, "deny"u8, rule.Deny, PolicyLines.Write);
        json.WriteEndObject();
    }

    // An empty list means the same as none.
    private static void WriteLines<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            // The JSON writer begins no line before a raw value.
            WriteLine(json, item, write, $"\n{new string(' ', 2 * json.CurrentDepth)}");
        }

        json.WriteEndArray();
    }

    private static void WriteLine<T>(Utf8JsonWriter json, T item, Action<Utf8JsonWriter, T> write, string indent = "")
    {
        var line = new ArrayBufferWriter<byte>();
        line.Write(Encoding.ASCII.GetBytes(indent));
        using (var compact = new Utf8JsonWriter(line))
        {
            compact.WriteStartObject();
            write(compact, item);
            compact.WriteEndObject();
        }

        json.WriteRawValue(line.WrittenSpan, skipInputValidation: true);
    }
}
