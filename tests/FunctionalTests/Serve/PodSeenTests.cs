using System.Text.Json.Nodes;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The event that states a caller's labels, through the whole proxy.</summary>
public sealed class PodSeenTests
{
    private static readonly RawRequest[] Requests =
    [
        RawRequest.Get(Targets.Location),
        RawRequest.Get(Targets.KustoToken),
        RawRequest.Get(Targets.Location).Without("Metadata"),
        RawRequest.Get("/metadata//x"),
        new("CONNECT", "169.254.169.254:80"),
    ];

    public static TheoryData<int> Each => [.. Enumerable.Range(0, Requests.Length)];

    [Theory]
    [MemberData(nameof(Each))]
    public async Task FirstRequest_OfAnyKind_StatesItsPodBeforeItsRecord(int request)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        await scene.SendAsync(Pods.FluentBit, Requests[request]);
        await scene.SendAsync(Pods.FluentBit, Requests[request]);

        await Eventually.HoldsAsync(() => scene.Audit.Requests.Count == 2);
        var seen = scene.Audit.Events("pod-seen").ShouldHaveSingleItem();
        seen["labels"]!.ToJsonString().ShouldBe("""{"app":"fluent-bit"}""");
        ((string?)seen["uid"]).ShouldBe((string?)scene.Audit.Requests[0]["caller"]!["uid"]);
        ((string?)seen["namespace"], (string?)seen["pod"], (string?)seen["serviceAccount"], (string?)seen["owner"])
            .ShouldBe(("logging", "fluent-bit-0", "fluent-bit", "DaemonSet/fluent-bit"));
        Number(seen).ShouldBeLessThan(Number(scene.Audit.Requests[0]));
    }

    [Fact]
    public async Task Caller_ThatIsNoPod_IsNotStated()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        await scene.GetAsync(Pods.Stranger, Targets.Location);
        await scene.GetAsync(Pods.Twins, Targets.Location);

        scene.Audit.Events("pod-seen").ShouldBeEmpty();
    }

    // The change comes within a minute of the first event, so its event waits, at the latest until the proxy ends.
    [Fact]
    public async Task LabelChanges_WithinAMinute_StateTheLastState()
    {
        var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce", "", ByLabel("second"), ByLabel("third")));
        await using (scene)
        {
            (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);
            foreach (var label in new[] { "second", "third" })
            {
                await scene.UseCallersAsync(Pods.File.Replace("\"app\":\"web\"", $"\"app\":\"{label}\"", StringComparison.Ordinal));
                await Eventually.HoldsAsync(async () => (await scene.GetAsync(Pods.Web, Targets.Location)).Status == 200 && (string?)scene.Audit.Requests[^1]["rule"] == label);
            }

            scene.Audit.Events("pod-seen").Count.ShouldBe(1);
        }

        var seen = scene.Audit.Events("pod-seen");
        seen.Count.ShouldBe(2);
        seen[1]["labels"]!.ToJsonString().ShouldBe("""{"app":"third"}""");
        ((int?)seen[1]["skipped"]).ShouldBe(1);
    }

    private static string ByLabel(string label) =>
        $$$"""{"name":"{{{label}}}","workloads":[{"namespaces":["shop"],"labels":{"app":"{{{label}}}"}}],"allow":[{"path":"/metadata/instance/compute/location"}]}""";

    private static long Number(JsonNode line) => (long)line["seq"]!;
}
