using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
using ImdsProxy.HostPods;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.LoadTests.Serving;

/// <summary>
/// What <c>--host-pods</c> adds to a connection from the node's network: two looks at the accepted socket, the lookup of the client's socket, and the
/// owner of its cgroup. Requests on an open connection cost nothing more. Connections of pods pay one look into a dictionary of interfaces.
/// </summary>
internal static class HostPodsCost
{
    private const int Warmup = 20_000;
    private const int Measured = 200_000;
    private const int Cgroups = 1500;

    public static async Task<int> RunAsync(string[] args)
    {
        using var sockets = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        var lookup = new SocketLookup(sockets);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();
        var (from, to) = ((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!);
        var owners = Enumerable.Range(2, Cgroups).ToDictionary(static id => (ulong)id, static id => (SocketOwner)new SocketOwner.OfPod($"{id}"));

        Report("the accepted socket (getsockopt TCP_INFO)", Measure(() => AcceptedSocket.Of(accepted)!.Value.Age));
        Report("the client's socket (sock_diag)", Measure(() => lookup.Find(from, to, 0)!.Value.Age));
        Report("all that a connection pays", Measure(() =>
        {
            var before = AcceptedSocket.Of(accepted)!.Value;
            var other = lookup.Find(from, to, 0)!.Value;
            _ = owners.GetValueOrDefault(other.Cgroup);
            return other.Age < before.Age || !AcceptedSocket.Of(accepted)!.Value.IsOpen ? 1u : 0u;
        }));
        return 0;
    }

    private static double[] Measure(Func<uint> action)
    {
        var took = new double[Measured];
        for (var i = -Warmup; i < Measured; i++)
        {
            var began = Stopwatch.GetTimestamp();
            action();
            took[Math.Max(0, i)] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        Array.Sort(took);
        return took;
    }

    private static void Report(string what, double[] took) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-45} p50 {took[took.Length / 2],6:F1} µs  p99 {took[took.Length * 99 / 100],6:F1} µs"));
}
