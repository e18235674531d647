using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A policy as a directory of fragments, mounted from a ConfigMap as kubelet does.</summary>
public sealed class PolicyDirectoryTests : IDisposable
{
    private const string Head = """{"version":1,"mode":"enforce"}""";

    private readonly DirectoryInfo _mount = Directory.CreateTempSubdirectory("imds-proxy-mount");

    public void Dispose() => _mount.Delete(recursive: true);

    [Fact]
    public async Task Fragments_FormOnePolicyWithoutHiddenFiles()
    {
        Publish("..1", ("00.json", Head), ("a.json", Rule("logging")), ("b.json", Rule("shop")), ("notes.txt", "{"));
        await File.WriteAllTextAsync(Path.Combine(_mount.FullName, ".b.json.swp.json"), "{ broken");
        await using var scene = await StartAsync();

        scene.Proxy.IsReady.ShouldBeTrue();
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(200);
        (await scene.GetAsync(Pods.Autoscaler, Targets.Location)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task LinkSwap_IsAppliedAsAWhole()
    {
        Publish("..1", ("00.json", Head), ("a.json", Rule("logging")), ("b.json", Rule("kube-system")));
        await using var scene = await StartAsync();

        Publish("..2", ("00.json", Head), ("a.json", Rule("infected")), ("b.json", Rule("shop")));

        await Eventually.HoldsAsync(async () => (await scene.GetAsync(Pods.Web, Targets.Location)).Status == 200, TimeSpan.FromSeconds(2));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(403);
        scene.Audit.Events("policy-loaded").Count.ShouldBe(2);
    }

    [Fact]
    public async Task BrokenFragment_KeepsItsLastGoodContentAndIsNamed()
    {
        Publish("..1", ("00.json", Head), ("a.json", Rule("logging")), ("b.json", Rule("kube-system")));
        await using var scene = await StartAsync();

        Publish("..2", ("00.json", Head), ("a.json", "{ broken"), ("b.json", Rule("shop")));

        await Eventually.HoldsAsync(async () => (await scene.GetAsync(Pods.Web, Targets.Location)).Status == 200, TimeSpan.FromSeconds(3));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        scene.Audit.Events("policy-refused").ShouldHaveSingleItem()["errors"]!.AsArray().ShouldHaveSingleItem()!.ToString().ShouldContain("a.json: ");
        (await scene.ManagementAsync("/policy")).Text.ShouldContain("\"newerRefused\":true");
    }

    [Fact]
    public async Task FragmentThatWasNeverGood_RefusesTheWholePolicy()
    {
        Publish("..1", ("00.json", Head), ("a.json", "{ broken"), ("b.json", Rule("shop")));
        await using var scene = await StartAsync();

        scene.Proxy.IsReady.ShouldBeFalse();
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(503);
    }

    [Fact]
    public async Task DirectoryWithoutFragments_SaysSo()
    {
        await using var scene = await StartAsync();

        scene.Proxy.IsReady.ShouldBeFalse();
        scene.Audit.Events("policy-refused").ShouldHaveSingleItem()["errors"]![0]!.ToString().ShouldContain("no file that ends in .json");
    }

    private Task<ProxyScene> StartAsync() => ProxyScene.StartAsync("", options => options with { PolicyPath = _mount.FullName });

    private static string Rule(string ns) =>
        $$"""{"rules":[{"name":"of-{{ns}}","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{"path":"/metadata/instance/compute/location"}]}]}""";

    private void Publish(string version, params (string Name, string Text)[] files) => MountedConfigMap.Publish(_mount.FullName, version, files);
}
