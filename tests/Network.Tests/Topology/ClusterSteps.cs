using Shouldly;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>Steps that the tests share in a cluster: starting IMDS, applying the redirect, and sending requests from pods.</summary>
internal static class ClusterSteps
{
    public const string Versions = "/metadata/versions";
    public const int OtherPort = 8080;

    /// <summary>The identity that the fake IMDS uses.</summary>
    public const string ImdsIdentity = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    /// <summary>Starts a fake IMDS at IMDS's real address. Another port lists the requests that it received.</summary>
    public static async Task StartImdsAsync(this Cluster cluster)
    {
        var imds = cluster.Keep(cluster.ImdsHost.StartImdsProxy(
            "fake-imds", "--listen", $"{Cluster.Imds}:80", "--control", $"{Cluster.Imds}:{OtherPort}", "--rate-limit", "off", "--identity", ImdsIdentity));
        await imds.SaysAsync("fake-imds control on");
    }

    /// <summary>Starts a second fake IMDS on the proxy's port. It answers like a proxy that permits everything.</summary>
    public static async Task<RunningProgram> StartStandInProxyAsync(this Cluster cluster, string listen = "0.0.0.0:16254")
    {
        var proxy = cluster.Keep(cluster.Node.StartImdsProxy("fake-imds", "--listen", listen, "--rate-limit", "off"));
        await proxy.SaysAsync("listening on");
        return proxy;
    }

    /// <summary>Starts a UDP echo server at an address of the IMDS host.</summary>
    public static async Task StartEchoAsync(this Cluster cluster, string endPoint) =>
        await cluster.Keep(cluster.ImdsHost.StartClient("udp-echo", endPoint)).SaysAsync("ready");

    /// <summary>The flags that every redirect command of a test gets.</summary>
    public static string[] Flags(this Cluster cluster, string backend) =>
        ["--backend", backend, "--lock-file", Path.Combine(cluster.Directory, "lock")];

    public static Task<Finished> RedirectAsync(this Cluster cluster, string command, string backend, params string[] more) =>
        cluster.Node.ImdsProxyAsync(["redirect", command, .. cluster.Flags(backend), .. more]);

    /// <summary>Applies the redirect, which must succeed.</summary>
    public static async Task ApplyAsync(this Cluster cluster, string backend, params string[] more)
    {
        var applied = await cluster.RedirectAsync("apply", backend, ["--wait", "0ms", .. more]);
        applied.ExitCode.ShouldBe(0, applied.All);
    }

    /// <summary>Starts a watch and waits until it has applied the rules.</summary>
    public static async Task<RunningProgram> WatchAsync(this Cluster cluster, string backend, params string[] more)
    {
        var watch = cluster.Keep(cluster.Node.StartImdsProxy(["redirect", "watch", .. cluster.Flags(backend), "--wait", "0ms", .. more]));
        await watch.SaysAsync("is redirected to");
        return watch;
    }

    /// <summary>Returns the status of a GET request, or 000 if nothing answers within a second.</summary>
    public static async Task<string> GetAsync(this NetworkSpace from, string url, params string[] more)
    {
        var curl = await from.RunAsync(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "1", "-H", "Metadata: true", .. more, url]);
        return curl.Output;
    }

    public static Task<string> GetImdsAsync(this NetworkSpace from) => from.GetAsync($"http://{Cluster.Imds}{Versions}");

    /// <summary>The number of requests that reached IMDS.</summary>
    public static async Task<int> AskedAsync(this Cluster cluster) =>
        (await cluster.ImdsHost.MustAsync("curl", "-s", $"http://{Cluster.Imds}:{OtherPort}/_requests")).Split("\"target\"").Length - 1;

    public static Task<string> IptablesAsync(this Cluster cluster, string backend, params string[] arguments) =>
        cluster.Node.MustAsync([$"iptables-{backend}", "-w", .. arguments]);

    /// <summary>The rules without comments, counters and empty tables.</summary>
    public static async Task<string> RulesAsync(this Cluster cluster, string backend) =>
        SavedText.Normalise(await cluster.Node.MustAsync($"iptables-{backend}-save"));
}
