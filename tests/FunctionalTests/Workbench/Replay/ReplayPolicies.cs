using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;

namespace ImdsProxy.FunctionalTests.Workbench.Replay;

/// <summary>Random policies over the identities of the fake IMDS.</summary>
internal sealed class ReplayPolicies(Random random)
{
    private static readonly string[] Workloads =
    [
        """{"namespaces":["shop"]}""", """{"namespaces":["team-*"],"serviceAccounts":["app"]}""", """{"namespaces":["logging","data"],"serviceAccounts":["agent"]}""",
        """{"namespaces":["kube-system"]}""", """{"namespaces":["*"],"serviceAccounts":["app"],"labels":{"tier":"gold"}}""", """{"namespaces":["batch","infra"],"owners":["Deployment/app"]}""",
        """{"namespaces":["infra","data"]}""", """{"namespaces":["team-a"],"labels":{"app":"agent"}}""", "{}",
    ];

    private static readonly string[] Allows =
    [
        """{"path":"/metadata/identity/oauth2/token","identities":["one"],"resources":["https://management.azure.com"]}""",
        """{"path":"/metadata/identity/oauth2/token","identities":["one","two"],"resources":["https://vault.azure.net","https://management.azure.com"]}""",
        """{"path":"/metadata/identity/oauth2/token","identities":["two"],"resources":["*"]}""",
        """{"path":"/metadata/identity/oauth2/token","identities":["three"],"resources":["https://vault.azure.net"],"extraQuery":["authority"]}""",
        """{"path":"/metadata/identity/oauth2/token","identities":["two"],"resources":["https://vault.azure.net"],"asIdentity":"two"}""",
        """{"path":"/metadata/instance/**"}""", """{"path":"/metadata/instance/compute/location"}""", """{"path":"/metadata/versions"}""",
        """{"path":"/metadata/*"}""", """{"path":"/metadata/scheduledevents","methods":["GET","POST"]}""", """{"path":"/metadata/attested/document"}""",
        """{"path":"/metadata/identity/issuecredential","methods":["POST"],"identities":["one","three"],"resources":["*"]}""",
        """{"path":"/metadata/instance","extraQuery":["team"]}""", """{"path":"/latest/meta-data/hostname"}""",
    ];

    private static readonly string[] Denies =
    [
        """{"path":"/metadata/identity/oauth2/token","identities":["three"]}""", """{"path":"/metadata/instance","quiet":true}""", """{"path":"/metadata/scheduledevents","methods":["POST"]}""",
        """{"identities":["one"]}""", """{"path":"/metadata/identity/oauth2/token","resources":["https://vault.azure.net"]}""", """{"path":"/metadata/attested/**"}""",
    ];

    /// <summary>A policy with about twelve rules.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="exceptions">The member with the namespaces of the other mode, or an empty text.</param>
    public string Next(string mode, string exceptions)
    {
        var rules = new JsonArray();
        for (var number = 0; number < 12; number++)
        {
            rules.Add(number % 4 == 3 ? Deny(number) : Allow(number));
        }

        if (mode == "audit")
        {
            rules.Add(Guard());
        }

        return $$"""{"version":1,"mode":"{{mode}}",{{exceptions}}"identities":{{Identities()}},"rules":{{rules.ToJsonString()}}}""";
    }

    private static string Identities()
    {
        var aliases = new JsonObject();
        foreach (var (identity, name) in ReplayRequests.Identities.Zip(["one", "two", "three"]))
        {
            aliases[name] = Alias(identity);
        }

        return aliases.ToJsonString();
    }

    private static JsonObject Alias(FakeIdentity identity) => new() { ["clientId"] = identity.ClientId, ["objectId"] = identity.ObjectId, ["resourceId"] = identity.ResourceId };

    private JsonObject Allow(int number) => new()
    {
        ["name"] = $"allow-{number}",
        ["workloads"] = new JsonArray(JsonNode.Parse(Of(Workloads[..^1]))),
        ["allow"] = new JsonArray([.. Enumerable.Range(0, 3).Select(_ => Of(Allows)).Distinct(StringComparer.Ordinal).Select(static text => JsonNode.Parse(text))]),
    };

    private JsonObject Deny(int number) => new()
    {
        ["name"] = $"deny-{number}",
        ["workloads"] = new JsonArray(JsonNode.Parse(Of(Workloads))),
        ["except"] = new JsonArray(JsonNode.Parse(Of(Workloads[..^1]))),
        ["deny"] = new JsonArray(JsonNode.Parse(Of(Denies))),
    };

    // A rule that is enforced in audit mode too, so that the other policy opens something.
    private static JsonObject Guard() => new()
    {
        ["name"] = "guard",
        ["mode"] = "enforce",
        ["workloads"] = new JsonArray(new JsonObject()),
        ["except"] = new JsonArray(JsonNode.Parse("""{"namespaces":["kube-system"]}""")),
        ["deny"] = new JsonArray(JsonNode.Parse("""{"path":"/metadata/identity/oauth2/token","identities":["two"]}""")),
    };

    private string Of(string[] texts) => texts[random.Next(texts.Length)];
}
