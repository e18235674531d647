using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests.HostPods;

/// <summary>Callers that share the node's address are told apart by the cgroups of their sockets.</summary>
public sealed class HostPodsTests
{
    [Fact]
    public async Task Callers_OfOneAddress_AreToldApart()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();

        (await node.GetAsync(node.PodOne)).ShouldBe("200");
        (await node.GetAsync(node.PodTwo)).ShouldBe("403");
        (await node.GetAsync(node.Kubelet)).ShouldBe("200");

        await SaidAsync(node, "allowed rule one-0", "denied no-rule two-0", "allowed caller-is-node kubelet.service");
        node.Requests().Select(static line => $"{line["caller"]!["ip"]} {line["caller"]!["evidence"]}").Distinct(StringComparer.Ordinal).ShouldBe(["10.8.0.1 cgroup"]);
    }

    // Java and .NET connect to IPv4 addresses with IPv6 sockets.
    [Fact]
    public async Task Callers_WithIPv6Sockets_AreToldApart()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();

        (await GetAsync(node.PodOne)).ShouldBe("200");
        (await GetAsync(node.PodTwo)).ShouldBe("403");
        (await GetAsync(node.Kubelet)).ShouldBe("200");

        await SaidAsync(node, "allowed rule one-0", "denied no-rule two-0", "allowed caller-is-node kubelet.service");

        async Task<string> GetAsync(string cgroup) => (await node.RunAsync(
            cgroup, "curl", "-sg", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10", "-H", "Metadata: true", "-H", $"Host: {HostNode.Imds}",
            $"http://[::ffff:{HostNode.Imds}]/metadata/versions")).Output;
    }

    // What a container makes below its own cgroup is its own, whatever the names are.
    [Fact]
    public async Task Pod_InCgroupsOfItsOwn_IsStillThePod()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();
        var below = Path.GetRelativePath(node.CgroupRoot, node.PodTwo);

        (await node.GetAsync(node.Cgroup($"{below}/nested"))).ShouldBe("403");
        (await node.GetAsync(node.Cgroup($"{below}/kubepods/besteffort/pod{HostNode.One}/4711"))).ShouldBe("403");
        (await node.GetAsync(node.Cgroup($"{below}/system.slice/kubelet.service"))).ShouldBe("403");

        await SaidAsync(node, [.. Enumerable.Repeat("denied no-rule two-0", 3)]);
    }

    [Fact]
    public async Task Connection_OfAPodThatMoves_StaysItsMakers()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();
        var client = node.Start(
            node.PodTwo, "bash", "-c",
            $$"""
            exec 3<>/dev/tcp/{{HostNode.Imds}}/80
            read line
            echo $$ > {{node.PodOne}}/cgroup.procs
            printf 'GET /metadata/versions HTTP/1.1\r\nHost: {{HostNode.Imds}}\r\nMetadata: true\r\n\r\n' >&3
            read status <&3
            echo "$status"
            """);
        await client.TellAsync("go");
        await client.SaysAsync("HTTP/1.1 403");
        await SaidAsync(node, "denied no-rule two-0");
    }

    [Fact]
    public async Task Socket_PassedToAnotherPod_StaysItsMakers()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();
        var finished = await node.RunAsync(
            node.PodTwo, "bash", "-c",
            $$"""
            exec 3<>/dev/tcp/{{HostNode.Imds}}/80
            (
              echo $BASHPID > {{node.PodOne}}/cgroup.procs
              printf 'GET /metadata/versions HTTP/1.1\r\nHost: {{HostNode.Imds}}\r\nMetadata: true\r\n\r\n' >&3
              read status <&3
              echo "$status"
            )
            """);
        finished.Output.ShouldContain("403");
        await SaidAsync(node, "denied no-rule two-0");
    }

    // A client that is gone may be unknown, but it is never another caller.
    [Fact]
    public async Task Client_ThatIsGoneAtOnce_IsItselfOrUnknown()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();
        var finished = await node.RunAsync(
            node.PodTwo, "bash", "-c",
            $$"""
            for i in $(seq 50); do
              exec 3<>/dev/tcp/{{HostNode.Imds}}/80
              printf 'GET /metadata/versions HTTP/1.1\r\nHost: {{HostNode.Imds}}\r\nMetadata: true\r\n\r\n' >&3
              exec 3>&-
            done
            """);
        finished.ExitCode.ShouldBe(0, finished.All);
        (await node.GetAsync(node.PodOne)).ShouldBe("200");
        await Eventually.HoldsAsync(() => node.Said().Contains("allowed rule one-0", StringComparer.Ordinal), TimeSpan.FromSeconds(10));
        node.Said().Where(static said => said != "allowed rule one-0").Except(["denied no-rule two-0", "denied caller-unknown unknown"], StringComparer.Ordinal).ShouldBeEmpty();
    }

    // The bytes of the node are not parsed: the strict parser refuses %3F.
    [Fact]
    public async Task Node_Bytes_ReachImdsUnchanged()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();

        (await node.GetAsync(node.Kubelet, "/metadata/instance?api-version=2021-02-01&x=%3F")).ShouldBe("200");
        var two = await node.RunAsync(node.Kubelet, "curl", "-s", "-m", "10", "-H", "Metadata: true", $"http://{HostNode.Imds}/metadata/versions", $"http://{HostNode.Imds}/metadata/versions");
        two.ExitCode.ShouldBe(0, two.All);

        await SaidAsync(node, [.. Enumerable.Repeat("allowed caller-is-node kubelet.service", 3)]);
        node.Requests().Select(static line => (string?)line["request"]!["rawTarget"] ?? (string?)line["request"]!["path"])
            .ShouldBe(["/metadata/instance?api-version=2021-02-01&x=%3F", "/metadata/versions", "/metadata/versions"]);
    }

    // No container is in the root of the hierarchy, and without systemd the node's own processes are.
    [Fact]
    public async Task Process_InTheRootOfTheHierarchy_IsTheNodes()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync("""{ "mode": "enforce" }""");

        (await node.GetAsync(Path.GetDirectoryName(node.CgroupRoot)!)).ShouldBe("200");

        await SaidAsync(node, "allowed caller-is-node /");
    }

    [Theory]
    [InlineData(null, "200", "would-deny")]
    [InlineData("""{ "mode": "audit" }""", "200", "would-deny")]
    [InlineData("""{ "mode": "enforce", "auditOnly": [ { "namespaces": ["two"] } ] }""", "200", "would-deny")]
    [InlineData("""{ "mode": "audit", "enforceOnly": [ { "namespaces": ["two"] } ] }""", "403", "denied")]
    public async Task Policy_HostNetwork_LimitsEnforcement(string? hostNetwork, string status, string verdict)
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync(hostNetwork);

        (await node.GetAsync(node.PodTwo)).ShouldBe(status);
        await SaidAsync(node, $"{verdict} no-rule two-0");
    }

    // A socket that belongs to nobody known: not to a known pod, and not certainly to the node.
    [Theory]
    [InlineData(null, "200", "would-deny caller-unknown unknown")]
    [InlineData("""{ "mode": "enforce" }""", "503", "denied caller-unknown unknown")]
    public async Task Caller_WithoutAnOwner_IsDeniedOnlyWhereEnforced(string? hostNetwork, string status, string said)
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync(hostNetwork, "--identify-wait", "1s");

        (await node.GetAsync(node.Cgroup("kubepods/burstable"))).ShouldBe(status);
        (await node.GetAsync(node.Cgroup("kubepods/pod44444444-0000-4000-8000-000000000004/1"))).ShouldBe(status);
        await SaidAsync(node, said, said);
    }

    [Fact]
    public async Task Proxy_ThatAsksItself_IsRefused()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();
        (await node.GetAsync(node.ProxyPod)).ShouldBe("000");
        node.Requests().ShouldBeEmpty();
    }

    // Limits count by pod, because the address is everyone's.
    [Fact]
    public async Task Pod_WithTooManyConnections_TakesNoneFromTheOthers()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync("""{ "mode": "enforce" }""", "--max-connections-per-caller", "4");
        // An answer shows that the proxy has counted the connection.
        var greedy = node.Start(
            node.PodTwo, "bash", "-c",
            $$"""
            for i in $(seq 4); do
              exec {fd}<>/dev/tcp/{{HostNode.Imds}}/80
              printf 'GET /metadata/versions HTTP/1.1\r\nHost: {{HostNode.Imds}}\r\nMetadata: true\r\n\r\n' >&$fd
              read status <&$fd
            done
            echo open
            read line
            """);
        await greedy.SaysAsync("open");

        (await node.GetAsync(node.PodTwo)).ShouldBe("000");
        (await node.GetAsync(node.PodOne)).ShouldBe("200");
        (await node.GetAsync(node.Kubelet)).ShouldBe("200");
    }

    [Fact]
    public async Task Probe_FromThePodOfTheProxyOrTheNode_IsAnswered()
    {
        await using var node = await HostNode.CreateAsync();
        await node.StartProxyAsync();

        (await node.ProbeAsync(node.ProxyPod)).ShouldBe("ready 200");
        (await node.ProbeAsync(node.Cgroup(Path.Combine(Path.GetRelativePath(node.CgroupRoot, node.ProxyPod), "../cri-containerd-8.scope")))).ShouldBe("ready 200");
        (await node.ProbeAsync(node.Kubelet)).ShouldBe("ready 200");
        (await node.ProbeAsync(node.PodOne)).ShouldBe("000");
        (await node.RunAsync(node.Kubelet, "curl", "-s", "-m", "5", "-H", "Metadata: true", $"http://{HostNode.Address}:{HostNode.Port}/metadata/versions")).Output.ShouldBe("");
    }

    [Fact]
    public async Task Probe_WithoutKubeletsCgroups_SaysWhy()
    {
        await using var node = await HostNode.CreateAsync();
        _ = node.ProxyPod;
        await node.StartProxyAsync("""{ "mode": "enforce" }""", "--cgroup-root", node.Kubelet);
        (await node.ProbeAsync(node.ProxyPod)).ShouldContain("not ready: ");
        (await node.ProbeAsync(node.ProxyPod)).ShouldEndWith("503");
    }

    [Fact]
    public async Task Proxy_ThatEnds_TellsTheProbeFirst()
    {
        await using var node = await HostNode.CreateAsync();
        var proxy = await node.StartProxyAsync();
        (await node.ProbeAsync(node.ProxyPod)).ShouldBe("ready 200");

        var ending = proxy.TerminateAsync();
        await Eventually.HoldsAsync(async () => await node.ProbeAsync(node.ProxyPod) == "draining 503", TimeSpan.FromSeconds(4));
        (await ending).ShouldBe(0);
    }

    // Records are written after the answer, or not awaited at all.
    private static async Task SaidAsync(HostNode node, params string[] expected)
    {
        await Eventually.HoldsAsync(() => node.Requests().Count >= expected.Length, TimeSpan.FromSeconds(10));
        node.Said().ShouldBe(expected);
    }
}
