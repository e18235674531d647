using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A connection outlives its pod, and another pod gets the same address.</summary>
public sealed class ReusedAddressTests
{
    [Fact]
    public async Task Connection_OfAPodWhoseAddressWasReused_IsRefusedAndClosed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await using var connection = await OpenedBeforeAsync(scene);

        var answer = (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();

        answer.Status.ShouldBe(503);
        answer.Header("Connection").ShouldBe("close");
        (await connection.ClosesAsync()).ShouldBeTrue();
        var record = scene.Audit.Requests[^1];
        record["verdict"]!.ToString().ShouldBe("denied");
        record["reason"]!.ToString().ShouldBe("caller-unknown");
        record["caller"]!["pod"].ShouldBeNull();
    }

    [Fact]
    public async Task Connection_OfAPodWhoseAddressWasReused_InAuditMode_IsForwardedAsUnknownAndClosed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("audit"));
        await using var connection = await OpenedBeforeAsync(scene);

        var answer = (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();

        answer.Status.ShouldBe(200);
        answer.Header("Connection").ShouldBe("close");
        (await connection.ClosesAsync()).ShouldBeTrue();
        scene.Audit.Requests[^1]["verdict"]!.ToString().ShouldBe("would-deny");
        scene.Audit.Requests[^1]["reason"]!.ToString().ShouldBe("caller-unknown");
    }

    // The connection's first request arrives when the address already belongs to another pod.
    [Fact]
    public async Task UnusedConnection_OfAnEarlierPod_IsRefusedAndClosed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        await Eventually.HoldsAsync(async () => (await scene.ManagementAsync("/metrics")).Text.Split('\n').Contains("imds_proxy_connections 1"));
        await ReplaceAsync(scene);

        (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull().Status.ShouldBe(503);
        (await connection.ClosesAsync()).ShouldBeTrue();
        scene.Audit.Requests[^1]["reason"]!.ToString().ShouldBe("caller-unknown");
    }

    // Kubelet publishes a pod's address a second or two after the pod can use it.
    [Fact]
    public async Task Connection_OpenedBeforeItsPodIsKnown_BelongsToThatPod()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.UseCallersAsync("""{"pods":[]}""");
        await Eventually.HoldsAsync(async () => (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status == 503);
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull().Status.ShouldBe(503);

        await scene.UseCallersAsync(Pods.File);
        await Eventually.HoldsAsync(async () => (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status == 200);
        (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull().Status.ShouldBe(200);
    }

    [Fact]
    public async Task RefusedRequest_OnAnotherPodsConnection_IsRecordedAsUnknown()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await using var connection = await OpenedBeforeAsync(scene);

        await connection.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"u8.ToArray());

        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(400);
        await Eventually.HoldsAsync(() => scene.Audit.Requests[^1]["verdict"]!.ToString() == "rejected");
        scene.Audit.Requests[^1]["caller"]!["pod"].ShouldBeNull();
    }

    // The new pod has the same permissions as the old one, so only the connection can be the reason for a denial.
    private static async Task<RawConnection> OpenedBeforeAsync(ProxyScene scene)
    {
        var connection = await scene.ConnectAsync(Pods.FluentBit);
        (await connection.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull().Status.ShouldBe(200);
        await ReplaceAsync(scene);
        return connection;
    }

    private static async Task ReplaceAsync(ProxyScene scene)
    {
        await scene.UseCallersAsync(Pods.File.Replace("uid-logging-fluent-bit", "uid-of-its-successor", StringComparison.Ordinal));
        // A request whose connection was opened just before has no known caller.
        await Eventually.HoldsAsync(async () =>
        {
            await scene.GetAsync(Pods.FluentBit, Targets.Location);
            return (string?)scene.Audit.Requests[^1]["caller"]?["uid"] == "uid-of-its-successor";
        });
    }
}
