using System.Text.RegularExpressions;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>
/// The transcripts of the doctor in docs/troubleshooting.md, on the nodes that they describe. A comment above each transcript names its
/// case here.
/// </summary>
public sealed partial class DoctorDocumentTests
{
    private const string Page = "docs/troubleshooting.md";
    private const string Redirect = "redirect";
    private const string Serve = "proxy";
    private const string Shell = "node";

    // case, container, fault
    public static TheoryData<string, string, string> Cases => new()
    {
        { "healthy redirect", Redirect, "" },
        { "healthy proxy", Serve, "" },
        { "flushed", Shell, "iptables-nft -t nat -F PREROUTING; iptables-nft -t mangle -F" },
        { "restricted", Redirect, "iptables-nft -I FORWARD -d 169.254.169.254/32 -p tcp --dport 80 -m comment --comment 'AKS managed: added by AgentBaker ensureIMDSRestriction for IMDS restriction feature' -j DROP" },
        { "agent", Redirect, "" },
        { "locked", Serve, "ip route replace prohibit 169.254.169.254" },
        { "proxy down", Redirect, "" },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Doctor_OnTheDocumentedNode_SaysWhatThePageShows(string name, string container, string fault)
    {
        await using var cluster = await Cluster.CreateAsync("unshare", "nsenter");
        await cluster.StartImdsAsync();
        await cluster.Node.FeedAsync(Neighbours.KubeProxy, "iptables-nft-restore", "--noflush", "-w");
        var proxy = await ProxyAsync(cluster);
        var redirect = await Container.StartAsync(
            cluster, "is redirected to", ["redirect", "watch", .. cluster.Flags("auto"), "--node-ip", Cluster.NodeIp, "--wait", "0ms", "--audit-dir", At(cluster, "audit-redirect"), "--interval", "1h"]);
        await using var agent = name == "agent" ? await AgentCgroup.CreateAsync(cluster) : null;
        if (container == Shell)
        {
            // On a node whose redirect has ended, nothing puts rules back.
            await redirect.KillAsync();
        }

        await BreakAsync(cluster, name, fault, proxy);

        var run = await (container switch
        {
            Shell => cluster.Node.ImdsProxyAsync("doctor", "--network", "node", "--timeout", "2m", "--management", $"unix:{At(cluster, "none.sock")}"),
            Redirect => redirect.ExecAsync(agent, "doctor", "--host-root", cluster.Directory, "--timeout", "2m"),
            _ => proxy.ExecWithoutIptablesAsync("doctor", "--host-root", cluster.Directory, "--timeout", "2m"),
        });

        var shown = Transcript(name);
        shown.ShouldNotBeEmpty(run.All);
        shown.Where(line => !run.Output.Split('\n').Select(Shape).Contains(Shape(line.Replace("/var/log/imds-proxy", At(cluster, "audit"), StringComparison.Ordinal)), StringComparer.Ordinal))
            .ShouldBeEmpty($"{name}:\n{run.All.Replace(At(cluster, "audit"), "/var/log/imds-proxy", StringComparison.Ordinal)}");
        run.ExitCode.ShouldBe(name.StartsWith("healthy", StringComparison.Ordinal) ? 0 : 1, run.All);
    }

    private static async Task<Container> ProxyAsync(Cluster cluster)
    {
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowAsync("apps", "web", cluster.Pod.Address);
        await api.GrantAsync("policy,override");
        var policy = At(cluster, "policy.json");
        await File.WriteAllTextAsync(policy, ProxyFiles.Policy);
        await api.PutPolicyAsync("imds", "policy", policy);
        var socket = At(cluster, "management.sock");
        var proxy = await Container.StartAsync(
            cluster, "Started: ", ["serve", "--policy-configmap", "imds/policy", "--override-configmap", "imds/override", "--callers", "kubernetes", "--node-name", "node-1",
            "--management", $"unix:{socket}", "--audit-dir", At(cluster, "audit"), "--audit-max-bytes", "64MiB", .. api.Flags]);
        await Eventually.HoldsAsync(async () => (await cluster.Node.ImdsProxyAsync("health", "--management", $"unix:{socket}")).ExitCode == 0, TimeSpan.FromSeconds(30));
        return proxy;
    }

    private static async Task BreakAsync(Cluster cluster, string name, string fault, Container proxy)
    {
        if (fault.Length > 0)
        {
            await cluster.Node.MustAsync("bash", "-ec", fault);
        }

        if (name == "proxy down")
        {
            await proxy.KillAsync();
        }

        if (name == "agent")
        {
            await cluster.Keep(cluster.Node.StartImdsProxy("fake-imds", "--listen", "127.0.0.1:3080")).SaysAsync("listening on");
            var files = Directory.CreateDirectory(At(cluster, "usr/sbin")).FullName;
            await File.WriteAllTextAsync(Path.Combine(files, "azure-proxy-agent"), "");
        }
    }

    // The lines of the transcript, without the command and empty lines.
    private static List<string> Transcript(string name)
    {
        var lines = File.ReadAllLines(WorkingCopy.At(Page));
        var at = Array.FindIndex(lines, line => line.Contains($"DoctorDocumentTests \"{name}\"", StringComparison.Ordinal));
        return at < 0 ? [] : [.. lines.Skip(at + 2).TakeWhile(static line => line != "```").Where(static line => line.Length > 0 && !line.StartsWith("$ ", StringComparison.Ordinal))];
    }

    private static string At(Cluster cluster, string file) => Path.Combine(cluster.Directory, file);

    private static string Shape(string line) => Number().Replace(line.Trim(), "<n>");

    [GeneratedRegex(@"\b\d+(\.\d+)?\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
