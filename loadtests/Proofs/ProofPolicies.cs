using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.LoadTests.Micro;

namespace ImdsProxy.LoadTests.Proofs;

/// <summary>Writes the policies that the proofs are measured on, as directories of fragments.</summary>
internal static class ProofPolicies
{
    /// <summary>A document may have at most 1 MiB.</summary>
    private const int RulesInFragment = 1000;

    private const string Token = "/metadata/identity/oauth2/token";

    /// <summary>The policy of a large cluster, see <see cref="ManyRules"/>.</summary>
    /// <param name="directory">Where to write it.</param>
    /// <param name="rules">The number of rules.</param>
    /// <param name="changed">How many rules get one more namespace.</param>
    /// <param name="isBroad">Whether a rule that applies to every pod gets another resource.</param>
    public static void WriteCluster(string directory, int rules, int changed = 0, bool isBroad = false)
    {
        var fragments = ManyRules.Fragments(rules).ToDictionary(static text => text.Key, static text => JsonNode.Parse(text.Value.Span)!, StringComparer.Ordinal);
        var named = fragments.Values.SelectMany(static fragment => fragment["rules"]?.AsArray() ?? []).Where(static rule => rule!["workloads"]![0]!["namespaces"] is not null).ToList();
        for (var n = 0; n < changed; n++)
        {
            // The rules' kinds repeat, so the step is made to meet each kind.
            named[(int)(((long)n * named.Count / changed) + n) % named.Count]!["workloads"]![0]!["namespaces"]!.AsArray().Add(Text($"new-{n}"));
        }

        if (isBroad)
        {
            fragments.Values.SelectMany(static fragment => fragment["rules"]?.AsArray() ?? []).First()!["allow"]![0]!["resources"]!.AsArray().Add("https://graph.microsoft.com");
        }

        Write(directory, fragments);
    }

    /// <summary>Rules whose namespaces, accounts and owners end in <c>*</c> and overlap in many ways.</summary>
    /// <param name="directory">Where to write it.</param>
    /// <param name="rules">The number of rules.</param>
    /// <param name="changed">Whether the last rule is left out.</param>
    public static void WriteSuffixes(string directory, int rules, bool changed) =>
        Write(directory, Split(Enumerable.Range(0, rules - (changed ? 1 : 0)).Select(static n => Rule(n, new JsonObject
        {
            ["namespaces"] = new JsonArray(Prefix(n, 7919)),
            ["serviceAccounts"] = new JsonArray(Prefix(n, 104_729)),
            ["owners"] = new JsonArray($"Deployment/{Prefix(n, 1_299_709)}"),
        }))));

    /// <summary>Rules of which each names some of many labels. In general no method decides such policies in reasonable time.</summary>
    /// <param name="directory">Where to write it.</param>
    /// <param name="rules">The number of rules.</param>
    /// <param name="changed">Whether the last rule is left out.</param>
    public static void WriteLabels(string directory, int rules, bool changed) =>
        Write(directory, Split(Enumerable.Range(0, rules - (changed ? 1 : 0)).Select(static n => Rule(n, new JsonObject
        {
            ["namespaces"] = new JsonArray("*"),
            ["labels"] = new JsonObject([Label(n, 7919), Label(n, 104_729), Label(n, 1_299_709)]),
        }))));

    // Half of the rules allow and half deny, on a few paths.
    private static JsonObject Rule(int n, JsonObject workload)
    {
        var rule = new JsonObject { ["name"] = Text($"rule-{n}"), ["workloads"] = new JsonArray(workload) };
        rule[n % 2 == 0 ? "allow" : "deny"] = new JsonArray(n % 2 == 0
            ? new JsonObject { ["path"] = Token, ["identities"] = new JsonArray("guarded"), ["resources"] = new JsonArray(Text($"api://service-{n / 2 % 50}")) }
            : new JsonObject { ["path"] = Token, ["resources"] = new JsonArray(Text($"api://service-{n / 2 % 50}")) });
        return rule;
    }

    // A name of up to twelve letters out of two, so that most names are prefixes of others.
    private static string Prefix(int n, int factor)
    {
        var bits = (uint)((n + 1L) * factor) * 2_654_435_761u;
        return new string([.. Enumerable.Range(0, 1 + (int)(bits % 12)).Select(at => ((bits >> (8 + at)) & 1) == 0 ? 'a' : 'b')]) + "*";
    }

    private static KeyValuePair<string, JsonNode?> Label(int n, int factor)
    {
        var bits = (uint)((n + 1L) * factor) * 2_654_435_761u;
        return new(Text($"label-{factor}-{bits % 40}"), Text($"value-{(bits >> 16) % 3}"));
    }

    private static Dictionary<string, JsonNode> Split(IEnumerable<JsonObject> rules)
    {
        var fragments = new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["00-head.json"] = new JsonObject
            {
                ["version"] = 1,
                ["mode"] = "enforce",
                ["identities"] = new JsonObject { ["guarded"] = new JsonObject { ["clientId"] = ManyRules.ClientId(0) } },
            },
        };
        foreach (var (chunk, at) in rules.Chunk(RulesInFragment).Select(static (chunk, at) => (chunk, at)))
        {
            fragments[Text($"{at + 1:d2}-rules.json")] = new JsonObject { ["rules"] = new JsonArray([.. chunk]) };
        }

        return fragments;
    }

    private static void Write(string directory, Dictionary<string, JsonNode> fragments)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, fragment) in fragments)
        {
            File.WriteAllText(Path.Combine(directory, name), fragment.ToJsonString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
