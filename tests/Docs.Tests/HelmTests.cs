using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Docs.Tests.Cluster;
using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.Docs.Tests.Reader;
using Shouldly;
using Xunit;

namespace ImdsProxy.Docs.Tests;

/// <summary>Real Helm treats a release as the documents say.</summary>
[Collection(nameof(Node))]
public sealed class HelmTests(Node node)
{
    private const string Install = """
        kubectl create namespace imds-proxy
        helm install imds-proxy charts/imds-proxy -n imds-proxy --set interception=iptables
        """;

    private const string EditPolicy = """
        kubectl -n imds-proxy create configmap NAME --from-file=policy.json --dry-run=client -o yaml | kubectl -n imds-proxy replace -f -
        """;

    private const string Upgrade = "helm upgrade imds-proxy charts/imds-proxy -n imds-proxy --set interception=iptables";

    private const string InstallWithOwnPolicy = """
        kubectl create namespace imds-proxy
        kubectl -n imds-proxy create configmap imds-policy --from-file=policy.json
        helm install imds-proxy charts/imds-proxy -n imds-proxy --set interception=iptables --set policy.existingConfigMap.name=imds-policy
        """;

    [Fact]
    public async Task Upgrade_AfterAManualEditOfThePolicy_FailsAsDocumented()
    {
        var (code, output) = await RunAsync($"{Install}\n{EditPolicy.Replace("NAME", "imds-proxy-policy", StringComparison.Ordinal)}\n{Upgrade}");

        code.ShouldNotBe(0, output);
        var message = output.Split('\n').Single(line => line.Contains("UPGRADE FAILED", StringComparison.Ordinal));
        Repository.Read("docs/troubleshooting.md").ShouldContain(message["Error: ".Length..]);
    }

    [Fact]
    public async Task Upgrade_WithForcedConflicts_AppliesTheValuesPolicy()
    {
        var (code, output) = await RunAsync($$"""
            {{Install}}
            {{EditPolicy.Replace("NAME", "imds-proxy-policy", StringComparison.Ordinal)}}
            {{Upgrade}} --force-conflicts
            kubectl -n imds-proxy get configmap imds-proxy-policy -o yaml | grep '"mode": "audit"'
            """);

        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task Upgrade_ToAnOwnConfigMap_WorksAfterAManualEdit()
    {
        var move = new Document("docs/policy.md").Blocks.Single(block => block.NotRun?.StartsWith("HelmTests", StringComparison.Ordinal) == true);

        var (code, output) = await RunAsync($$"""
            {{Install}}
            {{EditPolicy.Replace("NAME", "imds-proxy-policy", StringComparison.Ordinal)}}
            touch values.yaml
            {{move.Text}}
            kubectl -n imds-proxy get configmap imds-policy -o yaml | grep '"mode": "enforce"'
            (! kubectl -n imds-proxy get configmap imds-proxy-policy)
            """);

        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task Upgrade_AfterAManualEditOfAnOwnConfigMap_KeepsTheEdit()
    {
        var (code, output) = await RunAsync($$"""
            {{InstallWithOwnPolicy}}
            sed -i 's/"mode": "enforce",/"mode": "audit",/' policy.json
            {{EditPolicy.Replace("NAME", "imds-policy", StringComparison.Ordinal)}}
            {{Upgrade}} --set policy.existingConfigMap.name=imds-policy
            kubectl -n imds-proxy get configmap imds-policy -o yaml | grep '"mode": "audit"'
            """);

        code.ShouldBe(0, output);
    }

    [Theory]
    [InlineData(Install, "in Helm's values", "helm upgrade imds-proxy <chart> -n imds-proxy -f values.yaml")]
    [InlineData(InstallWithOwnPolicy, "in your ConfigMap imds-policy", "kubectl -n imds-proxy edit configmap imds-policy")]
    public async Task Notes_SayWhereThePolicyIsAndHowToChangeIt(string install, string where, string command)
    {
        var (code, output) = await RunAsync(install);

        code.ShouldBe(0, output);
        output.ShouldContain(where);
        output.ShouldContain(command);
    }

    [Fact]
    public async Task Upgrade_WithAnInvalidPolicy_FailsAndKeepsThePolicyInForce()
    {
        var (code, output) = await RunAsync($$"""
            {{Install}}
            cat > broken.yaml <<'EOF'
            policy: { mode: enforce, rules: { broken: { workloads: [ {} ], deny: [ { identities: [nobody] } ] } } }
            EOF
            {{Upgrade}} -f broken.yaml && exit 9
            helm status imds-proxy -n imds-proxy | grep 'STATUS: failed'
            kubectl -n imds-proxy get configmap imds-proxy-policy -o yaml | grep '"mode": "audit"'
            {{Upgrade}}
            helm status imds-proxy -n imds-proxy | grep 'STATUS: deployed'
            """);

        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task HelmTest_WithLogs_PrintsItsProofsAndLeavesNoPod()
    {
        var (code, output) = await RunAsync($$"""
            {{Install}}
            helm test imds-proxy -n imds-proxy --logs
            kubectl -n imds-proxy get pods -l app.kubernetes.io/component=test -o name | (! grep .)
            """);

        code.ShouldBe(0, output);
        output.ShouldContain("POD LOGS: imds-proxy-test\nproved: requests reach the proxy");
    }

    private async Task<(int Code, string Output)> RunAsync(string script)
    {
        await ChartTools.RequireAsync();
        using var sandbox = new Sandbox(node);
        await using var cluster = await ClusterServer.StartAsync(sandbox);
        return await sandbox.RunAsync(script, cluster.Address);
    }
}
