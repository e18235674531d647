using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Xunit;

namespace ImdsProxy.Network.Tests.HostPods;

/// <summary>
/// A node in a network namespace, with cgroups as kubelet makes them. All of its callers have the node's address. A rule sends what they send to IMDS
/// to the proxy, as the redirect does.
/// </summary>
internal sealed class HostNode : IAsyncDisposable
{
    public const string Address = "10.8.0.1";
    public const string Imds = "169.254.169.254";
    public const int Port = 16254;

    public const string One = "11111111-0000-4000-8000-000000000001";
    public const string Two = "22222222-0000-4000-8000-000000000002";
    public const string Mirror = "33333333-0000-4000-8000-000000000003";

    private const int Upstream = 9999;

    private static int _made;

    private readonly List<RunningProgram> _programs = [];
    private readonly string _cgroups;

    private HostNode(string name, string cgroups)
    {
        (Space, _cgroups) = (new NetworkSpace(name, Address), cgroups);
        Directory = System.IO.Directory.CreateTempSubdirectory("imds-proxy-host-").FullName;
    }

    public NetworkSpace Space { get; }

    public string Directory { get; }

    /// <summary>The root of the node's cgroups.</summary>
    public string CgroupRoot => _cgroups;

    /// <summary>The cgroups of two pods (systemd and cgroupfs drivers), a service of the node, and the proxy's own pod.</summary>
    public string PodOne => Cgroup($"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{One.Replace('-', '_')}.slice/cri-containerd-1.scope");

    public string PodTwo => Cgroup($"kubepods/besteffort/pod{Two}/4711");

    public string Kubelet => Cgroup("system.slice/kubelet.service");

    public string ProxyPod => Cgroup("kubepods.slice/kubepods-pod99999999_0000_4000_8000_000000000009.slice/cri-containerd-9.scope");

    public static async Task<HostNode> CreateAsync()
    {
        Requirements.Check("nft", "bash", "nsenter");
        var hierarchy = new[] { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" }.FirstOrDefault(static root => File.Exists(Path.Combine(root, "cgroup.controllers")));
        Assert.SkipUnless(hierarchy is not null, "needs cgroup v2");
        var name = string.Create(CultureInfo.InvariantCulture, $"imds-host-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        var node = new HostNode(name, Path.Combine(hierarchy, name));
        await Programs.MustAsync(["ip", "netns", "add", name]);
        await node.Space.MustAsync("ip", "link", "set", "lo", "up");
        await node.Space.MustAsync("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "outside");
        await node.Space.MustAsync("ip", "link", "set", "outside", "up");
        await node.Space.MustAsync("ip", "addr", "add", $"{Address}/24", "dev", "uplink");
        await node.Space.MustAsync("ip", "link", "set", "uplink", "up");
        await node.Space.MustAsync("ip", "route", "add", "default", "via", "10.8.0.2");
        await node.Space.FeedAsync(
            $$"""
            table ip test {
              chain output { type nat hook output priority -100; ip daddr {{Imds}} tcp dport 80 dnat to {{Address}}:{{Port}}; }
            }
            """,
            "nft", "-f", "-");
        return node;
    }

    /// <summary>Makes a cgroup.</summary>
    public string Cgroup(string path) => System.IO.Directory.CreateDirectory(Path.Combine(_cgroups, path)).FullName;

    public Task<Finished> RunAsync(string cgroup, params string[] command) => Programs.RunAsync(In(cgroup, command));

    /// <summary>The status of a request to IMDS from a cgroup.</summary>
    public async Task<string> GetAsync(string cgroup, string target = "/metadata/versions") => (await RunAsync(
        cgroup, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10", "-H", "Metadata: true", $"http://{Imds}{target}")).Output;

    public RunningProgram Start(string cgroup, params string[] command)
    {
        var program = new RunningProgram(Programs.Start(In(cgroup, command)), string.Join(' ', command));
        _programs.Add(program);
        return program;
    }

    /// <summary>Starts IMDS and the proxy.</summary>
    /// <param name="hostNetwork">The policy's limit, as JSON, or null for none.</param>
    /// <param name="more">More flags.</param>
    public async Task<RunningProgram> StartProxyAsync(string? hostNetwork = """{ "mode": "enforce" }""", params string[] more)
    {
        await Start(Kubelet, [.. ImdsProxyProgram.Command, "fake-imds", "--listen", $"{Address}:{Upstream}", "--rate-limit", "off"]).SaysAsync("listening");
        return await StartProxyOnlyAsync(hostNetwork, more);
    }

    public async Task<RunningProgram> StartProxyOnlyAsync(string? hostNetwork = """{ "mode": "enforce" }""", params string[] more)
    {
        var policy = Path.Combine(Directory, "policy.json");
        await File.WriteAllTextAsync(policy, $$"""
            { "version": 1, "mode": "enforce", {{(hostNetwork is null ? "" : $"\"hostNetwork\": {hostNetwork},")}}
              "rules": [ { "name": "ones", "workloads": [ { "namespaces": ["one"] } ], "allow": [ { "path": "/metadata/versions" } ] } ] }
            """);
        var callers = Path.Combine(Directory, "callers.json");
        await File.WriteAllTextAsync(callers, $$"""
            {"pods":[
              {"namespace":"one","name":"one-0","uid":"{{One}}","serviceAccount":"one","hostNetwork":true},
              {"namespace":"two","name":"two-0","uid":"{{Two}}","serviceAccount":"two","hostNetwork":true}]}
            """);
        var proxy = Start(
            ProxyPod,
            [
                .. ImdsProxyProgram.Command, "serve", "--listen", $"0.0.0.0:{Port}", "--upstream", $"http://{Address}:{Upstream}", "--policy", policy,
                "--callers", $"file:{callers}", "--audit-dir", Path.Combine(Directory, "audit"), "--require-original-destination",
                "--host-pods", .. more.Contains("--cgroup-root", StringComparer.Ordinal) ? more : [.. more, "--cgroup-root", CgroupRoot],
            ]);
        await proxy.SaysAsync("Started: ");
        return proxy;
    }

    /// <summary>The records of requests, in order of time.</summary>
    public IReadOnlyList<JsonNode> Requests() =>
    [
        .. System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "audit"), "*.jsonl").SelectMany(File.ReadLines).Select(static line => JsonNode.Parse(line)!)
            .Where(static line => (string?)line["kind"] == "request").OrderBy(static line => (string?)line["ts"], StringComparer.Ordinal),
    ];

    /// <summary>Each record's verdict, reason and caller in a few words.</summary>
    public IEnumerable<string> Said() => Requests().Select(static line =>
        $"{line["verdict"]} {line["reason"]} {line["caller"]!["pod"] ?? line["caller"]!["unit"] ?? line["caller"]!["kind"]}");

    /// <summary>The answer to the redirect's probe, with its status, from a cgroup.</summary>
    public async Task<string> ProbeAsync(string cgroup)
    {
        var answer = await RunAsync(cgroup, "curl", "-s", "-m", "5", "-w", "%{http_code}", "--interface", "127.0.0.1", $"http://{Address}:{Port}/.imds-proxy/host-pods");
        return answer.Output.ReplaceLineEndings(" ").Trim();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await Programs.RunAsync(["ip", "netns", "delete", Space.Name]);
        await RemoveCgroupsAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    // The shell enters the cgroup first, so every socket of the command is made there. "ip netns exec" would hide the cgroups: it mounts its own /sys.
    private string[] In(string cgroup, string[] command) =>
    [
        "sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", cgroup, "nsenter", $"--net=/var/run/netns/{Space.Name}", .. command,
    ];

    // The kernel removes killed processes from a cgroup a little later.
    private Task RemoveCgroupsAsync() => Eventually.HoldsAsync(
        () =>
        {
            try
            {
                foreach (var directory in System.IO.Directory.EnumerateDirectories(_cgroups, "*", SearchOption.AllDirectories).OrderByDescending(static path => path.Length).Append(_cgroups))
                {
                    System.IO.Directory.Delete(directory);
                }

                return true;
            }
            catch (IOException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(10));
}
