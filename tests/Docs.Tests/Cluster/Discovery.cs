using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Answers what clients ask before they request objects: the server's version and the kinds it supports.</summary>
internal static class Discovery
{
    /// <summary>The version with which the chart was tested.</summary>
    private const string GitVersion = "v1.32.13";

    private static readonly string[] Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    /// <summary>The response for a path, or null if the path names objects.</summary>
    public static JsonObject? Answer(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = GitVersion, ["platform"] = "linux/amd64" },
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        ["apis"] => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = Groups() },
        ["openapi", "v3"] => new JsonObject { ["paths"] = new JsonObject() },
        ["api", var version] => Resources(version),
        ["apis", var group, var version] => Resources($"{group}/{version}"),
        _ => null,
    };

    private static JsonArray Groups() =>
        [.. ApiResource.All.Where(resource => resource.Group.Length > 0).GroupBy(resource => resource.Group, StringComparer.Ordinal).Select(group => Group(group.Key, group.First()))];

    private static JsonObject Group(string name, ApiResource resource) => new()
    {
        ["name"] = name,
        ["versions"] = new JsonArray(Version(resource)),
        ["preferredVersion"] = Version(resource),
    };

    private static JsonObject Version(ApiResource resource) => new() { ["groupVersion"] = resource.GroupVersion, ["version"] = resource.Version };

    private static JsonObject Resources(string groupVersion) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = groupVersion,
        ["resources"] = new JsonArray([.. ApiResource.All.Where(resource => resource.GroupVersion == groupVersion).Select(Resource)]),
    };

    private static JsonObject Resource(ApiResource resource) => new()
    {
        ["name"] = resource.Plural,
        ["singularName"] = resource.Kind.ToLowerInvariant(),
        ["namespaced"] = resource.IsNamespaced,
        ["kind"] = resource.Kind,
        ["verbs"] = new JsonArray([.. Verbs.Select(verb => JsonValue.Create(verb))]),
    };
}
