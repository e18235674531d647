using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.PolicySource;

/// <summary>A policy as a file holds it: by itself, or in a ConfigMap's manifest.</summary>
/// <param name="Name">The file, and the ConfigMap's key where there is one.</param>
/// <param name="Policy">The policy's own bytes.</param>
internal sealed record PolicyManifest(string Name, ReadOnlyMemory<byte> Policy)
{
    /// <summary>Finds the policy. What is no ConfigMap is taken for a policy, so that its reader tells what is wrong.</summary>
    /// <exception cref="FormatException">A ConfigMap that does not hold one policy, or YAML that cannot be read.</exception>
    public static PolicyManifest Read(byte[] content, string name)
    {
        var isJson = content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
        return (isJson ? JsonData(content) : YamlData(content, name)) is { } data
            ? Single(data, name)
            : new PolicyManifest(name, content);
    }

    private static PolicyManifest Single(IReadOnlyList<KeyValuePair<string, string>> data, string name)
    {
        var policies = data.Where(entry => entry.Key.EndsWith(".json", StringComparison.Ordinal)).ToList();
        return policies.Count switch
        {
            1 => new PolicyManifest($"{name}[{policies[0].Key}]", Encoding.UTF8.GetBytes(policies[0].Value)),
            0 => throw new FormatException($"'{name}': the ConfigMap holds no policy: put it under a key of data that ends in .json"),
            _ => throw new FormatException($"'{name}': the ConfigMap holds {policies.Count} keys that end in .json, and this version takes one policy: leave one of them"),
        };
    }

    private static List<KeyValuePair<string, string>>? JsonData(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (!root.TryGetProperty("kind", out var kind) || kind.ValueKind != JsonValueKind.String || kind.GetString() != "ConfigMap")
            {
                return null;
            }

            return root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
                ? [.. data.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.String).Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetString()!))]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A policy that is not JSON, or holds half a surrogate pair: its reader says where.
            return null;
        }
    }

    private static List<KeyValuePair<string, string>>? YamlData(byte[] content, string name)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(Encoding.UTF8.GetString(content)));
        }
        catch (YamlException e)
        {
            throw new FormatException($"'{name}': line {e.Start.Line}: it is neither a JSON policy nor YAML: {e.Message}", e);
        }

        var maps = stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>().Where(IsConfigMap).ToList();
        return maps.Count switch
        {
            0 => null,
            1 => Data(maps[0]),
            _ => throw new FormatException($"'{name}': it holds {maps.Count} ConfigMaps, and this version takes one policy: leave one of them"),
        };
    }

    private static bool IsConfigMap(YamlMappingNode node) => Member(node, "kind") is YamlScalarNode { Value: "ConfigMap" };

    private static List<KeyValuePair<string, string>> Data(YamlMappingNode map) => Member(map, "data") is not YamlMappingNode data
        ? []
        : [.. data.Children
            .Where(entry => entry is { Key: YamlScalarNode { Value: not null }, Value: YamlScalarNode { Value: not null } })
            .Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, ((YamlScalarNode)entry.Value).Value!))];

    private static YamlNode? Member(YamlMappingNode node, string name) =>
        node.Children.FirstOrDefault(entry => entry.Key is YamlScalarNode key && key.Value == name).Value;
}
