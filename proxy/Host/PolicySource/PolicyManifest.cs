using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Policy;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.PolicySource;

/// <summary>A policy given to a command: a file, a directory of fragments, or the manifest of a ConfigMap.</summary>
/// <param name="Name">The path of the policy.</param>
/// <param name="Texts">The policy's own bytes.</param>
/// <param name="NameOf">Returns the name of a fragment in messages.</param>
internal sealed record PolicyManifest(string Name, PolicyTexts Texts, Func<string, string> NameOf)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="IOException">The path can't be read.</exception>
    /// <exception cref="FormatException">The path contains no policy.</exception>
    public static async Task<PolicyManifest> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(path))
        {
            // The path is read only once, because it may be a pipe.
            return Read(await File.ReadAllBytesAsync(path, cancellation), path);
        }

        var texts = await PolicyTexts.ReadAsync(path, null, cancellation);
        return texts.ByName.Count > 0
            ? new PolicyManifest(path, texts, file => Path.Combine(path, file))
            : throw new FormatException($"'{path}': the directory holds no policy: put it into files that end in .json");
    }

    /// <summary>Finds the policy. A text that is not a ConfigMap is read as a policy, so that the policy's errors are reported.</summary>
    /// <exception cref="FormatException">The content is a ConfigMap without a policy, or unreadable YAML.</exception>
    public static PolicyManifest Read(byte[] content, string name)
    {
        var isJson = content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
        return (isJson ? JsonData(content) : YamlData(content, name)) is { } data
            ? OfMap(data, name)
            : new PolicyManifest(name, new PolicyTexts(new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [name] = content }), static file => file);
    }

    /// <summary>The place of a problem: the file or key, and the line.</summary>
    public string PlaceOf(PolicyProblem problem) =>
        $"{(Texts.IsSingle ? NameOf(Texts.ByName.Keys.Single()) : problem.Fragment.Length > 0 ? NameOf(problem.Fragment) : Name)}:{problem.Line}";

    private static PolicyManifest OfMap(List<KeyValuePair<string, string>> data, string name)
    {
        var texts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (key, text) in data.Where(static entry => PolicyTexts.IsFragment(entry.Key)))
        {
            if (!texts.TryAdd(key, Encoding.UTF8.GetBytes(text)))
            {
                throw new FormatException($"'{name}': the ConfigMap holds the key {key} twice: keep only one of them");
            }
        }

        return texts.Count > 0
            ? new PolicyManifest(name, new PolicyTexts(texts), key => $"{name}[{key}]")
            : throw new FormatException($"'{name}': the ConfigMap holds no policy: put it under a key of data that ends in .json");
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
            // The policy is not JSON, or contains half a surrogate pair. The policy reader reports the place.
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
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // On some input, YamlDotNet throws these instead of a YamlException.
            throw new FormatException($"'{name}': it is neither a JSON policy nor YAML: {e.Message}", e);
        }

        var maps = stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>().Where(IsConfigMap).ToList();
        return maps.Count switch
        {
            0 => null,
            1 => Data(maps[0]),
            _ => throw new FormatException($"'{name}': it holds {maps.Count} ConfigMaps, and this version takes one policy: keep only one of them"),
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
