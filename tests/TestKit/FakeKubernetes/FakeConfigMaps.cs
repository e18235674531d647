using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Creates ConfigMaps in the API server's format.</summary>
public static class FakeConfigMaps
{
    public static JsonObject Map(string ns, string name, params (string Key, string Text)[] data) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = ns,
            ["managedFields"] = new JsonArray(new JsonObject
            {
                ["manager"] = "kubectl-edit",
                ["operation"] = "Update",
                ["time"] = "2026-11-21T04:30:00Z",
                ["fieldsV1"] = new JsonObject { ["f:data"] = new JsonObject() },
            }),
        },
        ["data"] = new JsonObject(data.Select(static entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Text))),
    };
}
