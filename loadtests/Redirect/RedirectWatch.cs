using System.Diagnostics;
using System.Globalization;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Redirect;

/// <summary>
/// <c>redirect-watch [PROGRAM [RULES]]</c>: measures <c>redirect watch</c> beside kube-proxy's rules, on both backends: its processor
/// time at rest and while a rule changes each second, and the time until a flushed nat table is restored.
/// </summary>
internal static class RedirectWatch
{
    private const string NodeIp = "10.1.0.4";
    private const int Flushes = 5;
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var program = args is [var path, ..] ? path : Path.Combine("artifacts", "publish", "imds-proxy");
        var rules = args is [_, var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 20_000;
        foreach (var backend in new[] { "nft", "legacy" })
        {
            var node = new NetworkSpace($"ipx-watch-{backend}", NodeIp);
            await Programs.MustAsync(["ip", "netns", "add", node.Name]);
            try
            {
                await PrepareAsync(node, backend, rules);
                await MeasureAsync(node, backend, Path.GetFullPath(program));
            }
            finally
            {
                await Programs.MustAsync(["ip", "netns", "delete", node.Name]);
            }
        }

        return 0;
    }

    private static async Task PrepareAsync(NetworkSpace node, string backend, int rules)
    {
        await Programs.MustAsync(
            ["ip", "-n", node.Name, "-batch", "-"],
            $"link set lo up\nlink add eth0 type veth peer name eth1\naddr add {NodeIp}/24 dev eth0\nlink set eth0 up\nlink set eth1 up\nroute add default via 10.1.0.1 dev eth0\n");
        await node.FeedAsync(KubeProxyRules.Make(rules), $"iptables-{backend}-restore", "--noflush", "-w");
    }

    private static async Task MeasureAsync(NetworkSpace node, string backend, string program)
    {
        var directory = Directory.CreateTempSubdirectory("imds-proxy-watch");
        string[] command = program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program] : [program];
        using var watch = Programs.Start(node.In(
            [.. command, "redirect", "watch", "--backend", backend, "--node-ip", NodeIp, "--wait", "0ms", "--log-level", "error", "--lock-file", Path.Combine(directory.FullName, "lock")]));
        try
        {
            await IsBackAsync(node, backend);
            await Task.Delay(Settling, TimeProvider.System);
            Console.WriteLine($"{backend}: at rest {await CostAsync(watch, () => Task.Delay(Measured, TimeProvider.System)):0.0} % of a core");
            Console.WriteLine($"{backend}: with a change each second {await CostAsync(watch, () => ChangeAsync(node, backend)):0.0} % of a core");
            for (var flush = 0; flush < Flushes; flush++)
            {
                await node.MustAsync($"iptables-{backend}", "-w", "-t", "nat", "-F", "PREROUTING");
                Console.WriteLine($"{backend}: a flushed nat table is restored after {(await IsBackAsync(node, backend)).TotalSeconds:0.0} s");
            }
        }
        finally
        {
            watch.Kill();
            await watch.WaitForExitAsync();
            directory.Delete(recursive: true);
        }
    }

    private static async Task ChangeAsync(NetworkSpace node, string backend)
    {
        for (var second = 0; second < Measured.TotalSeconds; second++)
        {
            await node.FeedAsync(KubeProxyRules.Change(second), $"iptables-{backend}-restore", "--noflush", "-w");
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }

    private static async Task<TimeSpan> IsBackAsync(NetworkSpace node, string backend)
    {
        var began = Stopwatch.GetTimestamp();
        while (!(await node.MustAsync($"iptables-{backend}", "-w", "-t", "nat", "-S", "PREROUTING")).Contains("IMDS-PROXY-REDIRECT", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    // The processor time of the program and the iptables commands that it ran, as a share of one core.
    private static async Task<double> CostAsync(Process process, Func<Task> meanwhile)
    {
        var (began, before) = (Stopwatch.GetTimestamp(), ProcessorTimes.Of(process));
        await meanwhile();
        return 100 * ((ProcessorTimes.Of(process) - before) / Stopwatch.GetElapsedTime(began));
    }
}
