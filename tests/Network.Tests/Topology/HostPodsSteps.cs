using System.Globalization;
using System.Text.RegularExpressions;
using ImdsProxy.TestKit;
using Shouldly;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>Steps of the tests of host pods.</summary>
internal static partial class HostPodsSteps
{
    /// <summary>The text by which an answer of the stand-in for the proxy is recognised.</summary>
    public const string Mark = "stand-in proxy";

    private const string Intercepted = "The connections of host pods and of the node itself go to";
    private const string Lapsed = "Host pods are not intercepted; the node reaches IMDS directly: ";

    private static readonly string[] Client = ["dotnet", Path.Combine(AppContext.BaseDirectory, "network-client.dll")];

    /// <summary>Starts a stand-in for a proxy that is ready for host pods.</summary>
    public static async Task<RunningProgram> StartHostProxyAsync(this Cluster cluster)
    {
        var proxy = cluster.Keep(cluster.Node.StartClient("stand-in-proxy", $"{Cluster.NodeIp}:16254"));
        await proxy.SaysAsync("ready");
        return proxy;
    }

    /// <summary>Starts a watch of host pods, and waits until it intercepts them.</summary>
    public static Task<RunningProgram> WatchHostPodsAsync(this Cluster cluster, string backend, params string[] more) =>
        InterceptsAsync(cluster.Keep(cluster.Node.Start(cluster.HostPodsWatch(backend, more))));

    /// <summary>The same watch, in a cgroup.</summary>
    public static Task<RunningProgram> WatchHostPodsInAsync(this Cluster cluster, HostCgroups cgroups, string cgroup, string[] more, string backend = "nft") =>
        InterceptsAsync(cluster.Keep(cluster.Node.Start(HostCgroups.Inside(cgroup, cluster.HostPodsWatch(backend, ["--cgroup-root", cgroups.Root, .. more])))));

    /// <summary>
    /// Runs a step that needs the lease. A busy machine can be slower than the probe's limit, so that the lease lapses. Then the step runs again.
    /// </summary>
    public static async Task WhileInterceptedAsync(this RunningProgram watch, Func<Task> step)
    {
        while (true)
        {
            var (lapses, intercepted) = (Count(Lapsed), Count(Intercepted));
            try
            {
                await step();
                return;
            }
            catch (ShouldAssertException)
            {
                if (!await HasLapsedAsync(lapses))
                {
                    throw;
                }

                await watch.SaysAsync(Intercepted, intercepted + 1);
            }
        }

        int Count(string text) => watch.Text.Split(text).Length - 1;

        // The message is written after the lease has ended.
        async Task<bool> HasLapsedAsync(int before)
        {
            try
            {
                await Eventually.HoldsAsync(() => Count(Lapsed) > before, TimeSpan.FromSeconds(5));
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>Starts a steady load from the node, whose requests wait at most so long for an answer.</summary>
    public static Task<RunningProgram> StartOutageAsync(this Cluster cluster, TimeSpan patience) =>
        StartAsync(cluster.Keep(cluster.Node.StartClient(Outage(patience))));

    /// <summary>The same load, from a cgroup.</summary>
    public static Task<RunningProgram> StartOutageInAsync(this Cluster cluster, string cgroup, TimeSpan patience) =>
        StartAsync(cluster.StartClientIn(cgroup, [], Outage(patience)));

    /// <summary>What the load has seen since the last reset.</summary>
    public static async Task<SeenOutage> SeenAsync(this RunningProgram outage, bool reset = false)
    {
        var before = Reports().Count(outage.Text);
        await outage.TellAsync(reset ? "reset" : "");
        await outage.SaysAsync("answered", times: before + 1);
        var report = Reports().Matches(outage.Text)[before];
        return new SeenOutage(Number(1), Number(2), TimeSpan.FromMilliseconds(Number(3)), TimeSpan.FromMilliseconds(Number(4)), Number(5), report.Value.Trim());

        int Number(int group) => int.Parse(report.Groups["n"].Captures[group - 1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until the load has another answer of the proxy, or another direct answer.</summary>
    public static async Task SeesAsync(this RunningProgram outage, bool proxied)
    {
        var before = await outage.SeenAsync();
        await Eventually.HoldsAsync(
            async () => await outage.SeenAsync() is var seen && (proxied ? seen.Marked > before.Marked : seen.Answered - seen.Marked > before.Answered - before.Marked), TimeSpan.FromSeconds(60));
    }

    /// <summary>Runs a command as a container of a pod would: in the pod's cgroup, as root, without capabilities.</summary>
    public static Task<Finished> RunAsPodAsync(this Cluster cluster, string cgroup, params string[] command) =>
        cluster.Node.RunAsync(HostCgroups.Inside(cgroup, ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", .. command]));

    public static Task<string> LeaseAsync(this Cluster cluster) => cluster.Node.MustAsync("nft", "list", "table", "ip", "imds_proxy_host");

    /// <summary>Starts a client in a cgroup, by another program or by none.</summary>
    public static RunningProgram StartClientIn(this Cluster cluster, string cgroup, string[] by, params string[] arguments) =>
        cluster.Keep(cluster.Node.Start(HostCgroups.Inside(cgroup, [.. by, .. Client, .. arguments])));

    private static string[] HostPodsWatch(this Cluster cluster, string backend, string[] more) =>
        [.. ImdsProxyProgram.Command, "redirect", "watch", .. cluster.Flags(backend), "--wait", "0ms", "--host-pods", .. more];

    private static async Task<RunningProgram> InterceptsAsync(RunningProgram watch)
    {
        await watch.SaysAsync(Intercepted);
        await watch.SaysAsync("is redirected to");
        return watch;
    }

    private static string[] Outage(TimeSpan patience) =>
        ["outage", $"{Cluster.Imds}:80", ClusterSteps.Versions, patience.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture), Mark];

    private static async Task<RunningProgram> StartAsync(RunningProgram outage)
    {
        await outage.SaysAsync("running");
        return outage;
    }

    [GeneratedRegex("^answered (?<n>[0-9]+); marked (?<n>[0-9]+); silent (?<n>[0-9]+) ms; unmarked (?<n>[0-9]+) ms; failed (?<n>[0-9]+)[^\n]*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reports();
}
