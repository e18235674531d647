using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>
/// A policy like that of a large cluster with many teams, but harder: seven of ten rules apply to every pod of the node
/// or of its namespace, through wildcards, owners and labels, and most have exceptions. It permits each of <see
/// cref="ManyPods"/> a token of its own identity.
/// </summary>
internal static class ManyRules
{
    public const string Arm = "https://management.azure.com";

    /// <summary>A document may have at most 1 MiB.</summary>
    private const int RulesInFragment = 1000;

    private const string Token = "/metadata/identity/oauth2/token";
    private const int Identities = 40;

    public static string ClientId(int identity) => new Guid((identity % Identities) + 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToString();

    /// <summary>Creates the fragments by name, in UTF-8.</summary>
    /// <param name="rules">The number of rules.</param>
    /// <param name="revision">Changes one rule without changing its meaning.</param>
    public static Dictionary<string, ReadOnlyMemory<byte>> Fragments(int rules, int revision = 0)
    {
        var fragments = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { ["00-head.json"] = Bytes(Head()) };
        for (var first = 0; first < rules; first += RulesInFragment)
        {
            var own = Enumerable.Range(first, Math.Min(RulesInFragment, rules - first)).Select(JsonNode? (n) => Rule(n, revision));
            fragments[string.Create(CultureInfo.InvariantCulture, $"{(first / RulesInFragment) + 1:d2}-rules.json")] = Bytes(new JsonObject { ["rules"] = new JsonArray([.. own]) });
        }

        return fragments;
    }

    private static JsonObject Head() => new()
    {
        ["version"] = 1,
        ["mode"] = "enforce",
        ["identities"] = new JsonObject(
        [
            .. Enumerable.Range(0, Identities).Select(n => KeyValuePair.Create($"identity-{n}", (JsonNode?)new JsonObject { ["clientId"] = ClientId(n) })),
            new("guarded", new JsonObject { ["clientId"] = new Guid(99, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToString() }),
        ]),
    };

    private static JsonObject Rule(int n, int revision)
    {
        var ns = $"team-{n / 10 % ManyPods.Namespaces}";
        var rule = (n % 10) switch
        {
            // The kind that permits the pods' tokens. Any rule of this kind permits them all.
            0 => Speaks([Of("*", "serviceAccounts", $"{ManyPods.AccountStem}*")], Of("kube-system")).With("allow", Tokens(null, Arm)),
            1 => Speaks([Of($"team-{n / 10 % 10}*", "serviceAccounts", $"{ManyPods.AccountStem}{n % 40}*")]).With("allow", Tokens($"identity-{n % Identities}", "https://vault.azure.net")),
            2 => Speaks([Of(ns, "owners", "Deployment/*")], Of(ns, "serviceAccounts", "batch-*")).With("allow", new JsonObject { ["path"] = "/metadata/instance/**", ["redact"] = new JsonArray("compute.publicKeys", "compute.userData") }),
            3 => Speaks([Labelled(ns, "tier", "web"), Labelled(ns, "tier", "worker")], Of("*", "serviceAccounts", "default")).With("allow", Tokens($"identity-{n % Identities}", "https://storage.azure.com")),
            4 => Speaks([new JsonObject()], Of("kube-system"), Of("monitoring")).With("deny", new JsonObject { ["path"] = Token, ["identities"] = new JsonArray("guarded") }),
            5 => Speaks([Of(ns)], Labelled(ns, "tier", "legacy")).With("allow", Tokens($"identity-{n % Identities}", $"api://service-{n}")),
            6 => Speaks([Of($"other-{n}"), Of($"other-{n}-jobs", "serviceAccounts", "runner")]).With("allow", Tokens($"identity-{n % Identities}", Arm)),
            7 => Speaks([new JsonObject()], Of("kube-system")).With("deny", new JsonObject { ["path"] = $"/metadata/instance/compute/tagsList/{n}", ["quiet"] = true }),
            8 => Speaks([Of($"far-{n}", "serviceAccounts", "app")]).With("allow", new JsonObject { ["path"] = "/metadata/instance/compute/location" }),
            _ => Speaks([new JsonObject()], Of("platform")).With("deny", new JsonObject { ["path"] = Token, ["resources"] = new JsonArray($"api://secret-{n}") }),
        };
        rule.Insert(0, "name", $"rule-{n}");
        if (n == 0)
        {
            rule.Insert(1, "description", $"revision {revision}");
        }

        return rule;
    }

    private static JsonObject Tokens(string? identity, string resource) => new()
    {
        ["path"] = Token,
        ["identities"] = identity is null ? new JsonArray([.. Enumerable.Range(0, Identities).Select(JsonNode? (n) => $"identity-{n}")]) : new JsonArray(identity),
        ["resources"] = new JsonArray(resource),
    };

    private static JsonObject Of(string ns, string? key = null, string? value = null)
    {
        var workload = new JsonObject { ["namespaces"] = new JsonArray(ns) };
        return key is null ? workload : workload.With(key, value!);
    }

    private static JsonObject Labelled(string ns, string key, string value) =>
        new() { ["namespaces"] = new JsonArray(ns), ["labels"] = new JsonObject { [key] = value } };

    private static JsonObject Speaks(JsonNode[] workloads, params JsonNode[] except)
    {
        var rule = new JsonObject { ["workloads"] = new JsonArray(workloads) };
        if (except.Length > 0)
        {
            rule["except"] = new JsonArray(except);
        }

        return rule;
    }

    private static JsonObject With(this JsonObject owner, string key, JsonNode only)
    {
        owner[key] = new JsonArray(only);
        return owner;
    }

    private static byte[] Bytes(JsonObject document) => System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
}
