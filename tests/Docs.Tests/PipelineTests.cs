using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.Docs.Tests.Reader;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.Docs.Tests;

/// <summary>The steps of the documented pipelines, in a repository whose policy a pull request changes.</summary>
[Collection(nameof(Node))]
public sealed class PipelineTests(Node node)
{
    private const string Page = "docs/policy-proofs.md";

    // pipeline, change, exit codes of its steps
    public static TheoryData<int, string, string> Cases => new()
    {
        { 0, "s/\"description\": \"A guard/\"description\": \"The guard/", "0 0 0" },
        { 0, "s/\"kube-system\"/\"kube-system\", \"shop\"/", "1 0 1" },
        { 0, "s#instance/..\", \"redact#instance/compute/**\", \"redact#", "0 0 0" },
        { 0, "0,/\"mode\": \"enforce\"/s//\"mode\": \"audit\"/", "0 0 1" },
        { 0, "/A guard that holds/{n;d}", "0 0 1" },
        { 0, "s/\"version\": 1/\"version\": 2/", "1 1 2" },
        { 1, "s/\"description\": \"A guard/\"description\": \"The guard/", "0 0 0" },
        { 1, "s/\"kube-system\"/\"kube-system\", \"shop\"/", "1 0 1" },
        { 1, "0,/\"mode\": \"enforce\"/s//\"mode\": \"audit\"/", "0 0 1" },
        { 1, "/A guard that holds/{n;d}", "0 0 1" },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Pipeline_OfAPullRequest_StopsAtNewAccessAndAtAFailedTest(int pipeline, string change, string exits)
    {
        using var sandbox = new Sandbox(node);
        var steps = StepsOf(pipeline);
        steps.Count.ShouldBe(3);
        var script = $"""
            exec 3>&1 > log 2>&1
            git init -q . && git add policy.json policy.tests.json
            git -c user.name=a -c user.email=a@example.com commit -qm before && git update-ref refs/remotes/origin/main HEAD
            sed -i '{change}' policy.json
            for step in 0 1 2; do bash -e "$step.sh" && code=0 || code=$?; printf '%s ' "$code" >&3; done
            """;
        foreach (var (commands, at) in steps.Select(static (commands, at) => (commands, at)))
        {
            await File.WriteAllTextAsync(sandbox.At($"{at}.sh"), commands);
        }

        var (_, output) = await sandbox.RunAsync(script, "http://127.0.0.1:9");

        output.Trim().ShouldBe(exits, await File.ReadAllTextAsync(sandbox.At("log")));
        (await File.ReadAllTextAsync(sandbox.At("difference.md"))).Contains("#### More access", StringComparison.Ordinal).ShouldBe(exits.EndsWith('1'));
        if (pipeline == 1)
        {
            (await File.ReadAllTextAsync(sandbox.At("policy-tests.xml"))).ShouldStartWith("<testsuites tests=\"7\"");
        }
    }

    private static List<string> StepsOf(int pipeline)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(new Document(Page).Blocks.Where(static block => block.Language == "yaml").ElementAt(pipeline).Text));
        return
        [
            .. Nodes(yaml.Documents[0].RootNode)
                .OfType<YamlMappingNode>()
                .SelectMany(static map => map.Children)
                .Where(static entry => entry.Key is YamlScalarNode { Value: "run" or "script" })
                .Select(static entry => ((YamlScalarNode)entry.Value).Value!)
                .Where(static commands => !commands.StartsWith("gh ", StringComparison.Ordinal)),
        ];
    }

    private static IEnumerable<YamlNode> Nodes(YamlNode node) => node switch
    {
        YamlMappingNode map => [map, .. map.Children.SelectMany(static entry => Nodes(entry.Value))],
        YamlSequenceNode list => [.. list.Children.SelectMany(Nodes)],
        _ => [node],
    };
}
