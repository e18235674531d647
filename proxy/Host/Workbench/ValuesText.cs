using System.Text.Json;

namespace ImdsProxy.Workbench;

/// <summary>
/// Writes a policy or a fragment as values of the chart, in YAML. The chart has identities and rules as maps by name, so that its values files merge.
/// </summary>
internal static class ValuesText
{
    /// <summary>Writes identities and rules.</summary>
    /// <param name="fragment">A fragment as JSON, in UTF-8.</param>
    /// <param name="output">Receives the YAML.</param>
    public static void WriteFragment(ReadOnlyMemory<byte> fragment, TextWriter output)
    {
        using var document = JsonDocument.Parse(fragment);
        output.WriteLine("policy:");
        var identities = document.RootElement.GetProperty("identities");
        output.WriteLine($"  identities:{(identities.EnumerateObject().Any() ? "" : " {}")}");
        foreach (var identity in identities.EnumerateObject())
        {
            output.WriteLine($"    {Quoted(identity.Name)}: {identity.Value.GetRawText()}");
        }

        var rules = document.RootElement.GetProperty("rules");
        output.WriteLine($"  rules:{(rules.GetArrayLength() > 0 ? "" : " {}")}");
        foreach (var rule in rules.EnumerateArray())
        {
            output.WriteLine($"    {rule.GetProperty("name").GetRawText()}:");
            foreach (var member in rule.EnumerateObject().Where(static member => member.Name != "name"))
            {
                WriteMember(member, "      ", output);
            }
        }
    }

    /// <summary>Writes the mode and its lists. The list that the policy does not have is written empty, so that it replaces an older one.</summary>
    /// <param name="policy">A policy as JSON, in UTF-8.</param>
    /// <param name="output">Receives the YAML.</param>
    public static void WriteModes(ReadOnlyMemory<byte> policy, TextWriter output)
    {
        using var document = JsonDocument.Parse(policy);
        output.WriteLine("policy:");
        output.WriteLine($"  mode: {document.RootElement.GetProperty("mode").GetString()}");
        foreach (var name in (string[])["enforceOnly", "auditOnly"])
        {
            var list = document.RootElement.EnumerateObject().FirstOrDefault(member => member.NameEquals(name));
            if (list.Value.ValueKind == JsonValueKind.Array)
            {
                WriteMember(list, "  ", output);
            }
            else
            {
                output.WriteLine($"  {name}: []");
            }
        }
    }

    // JSON is YAML, so each small object stays on one line, as in a policy.
    private static void WriteMember(JsonProperty member, string indent, TextWriter output)
    {
        if (member.Value.ValueKind != JsonValueKind.Array)
        {
            output.WriteLine($"{indent}{member.Name}: {member.Value.GetRawText()}");
            return;
        }

        output.WriteLine($"{indent}{member.Name}:");
        foreach (var item in member.Value.EnumerateArray())
        {
            output.WriteLine($"{indent}  - {item.GetRawText()}");
        }
    }

    private static string Quoted(string name) => $"\"{JsonEncodedText.Encode(name)}\"";
}
