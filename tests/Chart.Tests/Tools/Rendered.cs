using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Shouldly;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>What <c>helm template</c> makes of some values, as JSON.</summary>
internal sealed class Rendered(string text, IReadOnlyList<JsonNode> objects)
{
    public const string Namespace = "imds-proxy";

    private static readonly ConcurrentDictionary<string, Task<Rendered>> Known = new(StringComparer.Ordinal);

    public string Text => text;

    public IReadOnlyList<JsonNode> Objects => objects;

    /// <summary>Renders a values file of the matrix, once; skips the test where helm can't be had.</summary>
    public static async Task<Rendered> OfAsync(string values)
    {
        await ChartTools.RequireAsync();
        return await Known.GetOrAdd(values, static key => RenderAsync(Values.All[key]));
    }

    public static async Task<(int Code, string Output, string Errors)> HelmAsync(string command, string values, params string[] more) =>
        await Program.RunAsync(ChartTools.Helm, [.. command.Split(' '), Repository.Chart, "-n", Namespace, "-f", "-", .. more], input: values);

    public IEnumerable<JsonNode> OfKind(string kind) => objects.Where(node => (string?)node["kind"] == kind);

    /// <summary>Those that are there as long as the release is: not a hook's.</summary>
    public IEnumerable<JsonNode> Standing(string kind) => OfKind(kind).Where(node => node["metadata"]!["annotations"]?["helm.sh/hook"] is null);

    /// <summary>The one that is there as long as the release is.</summary>
    public JsonNode One(string kind) => Standing(kind).ShouldHaveSingleItem();

    /// <summary>A container of the DaemonSet, of either list.</summary>
    public JsonNode? Container(string name)
    {
        var pod = One("DaemonSet")["spec"]!["template"]!["spec"]!;
        return pod["initContainers"]!.AsArray().Concat(pod["containers"]!.AsArray()).SingleOrDefault(container => (string?)container!["name"] == name);
    }

    public IReadOnlyList<string> Arguments(string container) => [.. Container(container)!["args"]!.AsArray().Select(argument => (string)argument!)];

    private static async Task<Rendered> RenderAsync(string values)
    {
        var (code, output, errors) = await HelmAsync("template release", values);
        code.ShouldBe(0, errors);
        var stream = new YamlStream();
        stream.Load(new StringReader(output));
        return new Rendered(output, [.. stream.Documents.Select(document => YamlJson.Of(document.RootNode)).OfType<JsonObject>()]);
    }
}
