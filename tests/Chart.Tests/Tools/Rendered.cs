using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Shouldly;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The output of <c>helm template</c> for some values, as JSON.</summary>
internal sealed class Rendered(string text, IReadOnlyList<JsonNode> objects)
{
    public const string Namespace = "imds-proxy";

    private static readonly ConcurrentDictionary<string, Task<Rendered>> Known = new(StringComparer.Ordinal);

    public string Text => text;

    public IReadOnlyList<JsonNode> Objects => objects;

    /// <summary>Renders a values file of the matrix once, and caches the result. Skips the test if helm is not available.</summary>
    public static async Task<Rendered> OfAsync(string values)
    {
        await ChartTools.RequireAsync();
        return await Known.GetOrAdd(values, static key => WithAsync(Values.All[key]));
    }

    public static async Task<(int Code, string Output, string Errors)> HelmAsync(string command, string values, params string[] more) =>
        await Program.RunAsync(ChartTools.Helm, [.. command.Split(' '), Repository.Chart, "-n", Namespace, "-f", "-", .. more], input: values);

    public IEnumerable<JsonNode> OfKind(string kind) => objects.Where(node => (string?)node["kind"] == kind);

    /// <summary>The objects of a kind that exist as long as the release does, without the hooks' objects.</summary>
    public IEnumerable<JsonNode> Standing(string kind) => OfKind(kind).Where(node => node["metadata"]!["annotations"]?["helm.sh/hook"] is null);

    /// <summary>The only object of a kind that exists as long as the release does.</summary>
    public JsonNode One(string kind) => Standing(kind).ShouldHaveSingleItem();

    /// <summary>A container or an init container of the DaemonSet.</summary>
    public JsonNode? Container(string name)
    {
        var pod = One("DaemonSet")["spec"]!["template"]!["spec"]!;
        return pod["initContainers"]!.AsArray().Concat(pod["containers"]!.AsArray()).SingleOrDefault(container => (string?)container!["name"] == name);
    }

    public IReadOnlyList<string> Arguments(string container) => [.. Container(container)!["args"]!.AsArray().Select(argument => (string)argument!)];

    /// <summary>Renders other values. The caller has checked that helm is available.</summary>
    public static async Task<Rendered> WithAsync(string values, params string[] more)
    {
        var (code, output, errors) = await HelmAsync("template release", values, more);
        code.ShouldBe(0, errors);
        var stream = new YamlStream();
        stream.Load(new StringReader(output));
        return new Rendered(output, [.. stream.Documents.Select(document => YamlJson.Of(document.RootNode)).OfType<JsonObject>()]);
    }
}
