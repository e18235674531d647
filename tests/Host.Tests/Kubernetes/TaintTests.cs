using System.Text.Json.Nodes;
using ImdsProxy.Kubernetes.Nodes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

public sealed class TaintTests
{
    private const string Key = "node.imdsproxy.io/not-ready";
    private const string Other = """{"key":"a/b","value":"x","effect":"NoExecute","timeAdded":"2026-11-21T04:30:00Z","fromTheFuture":[1]}""";

    [Theory]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData($"[{Other}]")]
    [InlineData($$"""[{"key":"{{Key}}-2","effect":"NoSchedule"},{"value":"{{Key}}"},{"key":7},null,"{{Key}}"]""")]
    public void Patch_WithoutSuchATaint_IsNull(string? taints) => TaintPatch.Of(Taints(taints), Key).ShouldBeNull();

    [Theory]
    [InlineData($$"""[{"key":"{{Key}}","effect":"NoSchedule"}]""", "[]")]
    [InlineData($$"""[{"key":"{{Key}}","value":"true","effect":"NoSchedule"},{{Other}}]""", $"[{Other}]")]
    [InlineData($$"""[{{Other}},{"key":"{{Key}}","effect":"NoSchedule"},{{Other}},{"key":"{{Key}}","effect":"NoExecute"}]""", $"[{Other},{Other}]")]
    public void Patch_TestsWhatWasReadAndPreservesOtherTaints(string taints, string left)
    {
        var patch = TaintPatch.Of(Taints(taints), Key).ShouldNotBeNull();

        patch.ToJsonString().ShouldBe(
            $$"""[{"op":"test","path":"/spec/taints","value":{{taints}}},{"op":"replace","path":"/spec/taints","value":{{left}}}]""");
    }

    [Theory]
    [InlineData("node.imdsproxy.io/not-ready")]
    [InlineData("example.com/A_b.c-1")]
    public void TaintKey_OfAnOwnDomain_IsAccepted(string key) => TaintKey.Parse(key).ShouldBe(key);

    [Theory]
    [InlineData("")]
    [InlineData("not-ready")]
    [InlineData("node.imdsproxy.io/")]
    [InlineData("/not-ready")]
    [InlineData("node.imdsproxy.io/not-ready=true:NoSchedule")]
    [InlineData("node.imdsproxy.io/not/ready")]
    [InlineData("Node.imdsproxy.io/not-ready")]
    [InlineData("node.imdsproxy.io/not-ready\n")]
    [InlineData("node.kubernetes.io/not-ready")]
    [InlineData("node.cloudprovider.kubernetes.io/uninitialized")]
    [InlineData("kubernetes.io/not-ready")]
    public void TaintKey_InvalidOrReserved_IsRefused(string key) => Should.Throw<FormatException>(() => TaintKey.Parse(key));

    private static JsonArray? Taints(string? text) => text is null ? null : JsonNode.Parse(text)!.AsArray();
}
