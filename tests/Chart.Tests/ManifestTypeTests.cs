using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Compiles every rendered object as a constant of Kubernetes' own types. Unknown, missing and mistyped fields do not compile.</summary>
public sealed class ManifestTypeTests
{
    private const string DaemonSet = """{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},"spec":{"selector":{},"template":{"spec":{"containers":[{"name":"a"§}]}}}}""";

    // No types are published for these kinds. CiliumTests checks their objects.
    private static readonly string[] Untyped = ["CiliumLocalRedirectPolicy", "CiliumClusterwideNetworkPolicy"];

    [Fact]
    public async Task Manifests_OfTheWholeMatrix_MatchKubernetesTypes()
    {
        var objects = new List<(string, JsonNode)>();
        foreach (var values in Values.All.Keys)
        {
            objects.AddRange((await Rendered.OfAsync(values)).Objects.Where(node => !Untyped.Contains((string?)node["kind"])).Select(node => (values, node)));
        }

        objects.Count.ShouldBeGreaterThan(30);
        (await CompileAsync("matrix", objects)).ShouldBe("");
    }

    // Proves that the compiler refuses invalid objects.
    [Theory]
    [InlineData(""","prots":[]""", "prots")]
    [InlineData(""","ports":[{"containerPort":"80"}]""", "string")]
    [InlineData(""","ports":[{}]""", "containerPort")]
    public async Task Manifests_WithAFault_AreRefused(string fault, string word)
    {
        await ChartTools.RequireAsync();

        var said = await CompileAsync($"fault-{word}", [("fault", JsonNode.Parse(DaemonSet.Replace("§", fault, StringComparison.Ordinal))!)]);

        said.ShouldContain(word);
    }

    private static async Task<string> CompileAsync(string name, IEnumerable<(string Values, JsonNode Object)> objects)
    {
        var source = new StringBuilder();
        var number = 0;
        foreach (var (values, node) in objects)
        {
            var type = $"import(\"{Module((string)node["apiVersion"]!)}\").I{(string)node["kind"]!}";
            source.AppendLine($"// {values}").AppendLine($"export const object{number++}: {type} = {node.ToJsonString()};");
        }

        var file = Path.Combine(ChartTools.Directory, $"{name}.ts");
        await File.WriteAllTextAsync(file, source.ToString());
        var (code, output, errors) = await Tools.Program.RunAsync(
            ChartTools.TypeScript, ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", file], ChartTools.Directory);
        return code == 0 ? "" : output + errors;
    }

    private static string Module(string apiVersion) => apiVersion switch
    {
        ['m', 'o', 'n', 'i', 't', 'o', 'r', 'i', 'n', 'g', '.', ..] => $"@kubernetes-models/prometheus-operator/{apiVersion}",
        _ => $"kubernetes-models/{apiVersion}",
    };
}
