using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImdsProxy.Core.Callers;
using ImdsProxy.HostPods;
using ImdsProxy.Runtime.Netlink;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests.HostPods;

/// <summary>
/// Two pods and a service of the node open connections as fast as they can, and reuse their ports. Each says who it is. No connection may be taken for
/// another's. <c>IMDS_PROXY_ATTRIBUTIONS</c> sets the number of connections.
/// </summary>
public sealed partial class AttributionTests(ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int NetworkNamespace = 0x40000000;

    private static readonly int Connections =
        int.TryParse(Environment.GetEnvironmentVariable("IMDS_PROXY_ATTRIBUTIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 15_000;

    private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);

    [Fact]
    public async Task Connections_OfThreeCallersAtOnce_AreNeverMistaken()
    {
        await using var node = await HostNode.CreateAsync();
        var owners = new Dictionary<byte, (string Cgroup, SocketOwner Owner)>
        {
            [(byte)'1'] = (node.PodOne, new SocketOwner.OfPod(HostNode.One)),
            [(byte)'2'] = (node.PodTwo, new SocketOwner.OfPod(HostNode.Two)),
            [(byte)'k'] = (node.Kubelet, new SocketOwner.OfNode("kubelet.service")),
        };
        using var cgroups = new CgroupOwners(new CgroupTree(node.CgroupRoot), TimeProvider.System);
        await cgroups.ResolveAsync(0, Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);

        using var inside = Inside(node.Space.Name);
        var sockets = new SocketOwners(new SocketLookup(inside.Sockets), cgroups, static () => null, TimeSpan.FromSeconds(3), NullLogger<SocketOwners>.Instance);
        var threads = Enumerable.Range(0, Workers).Select(_ => new Thread(() => Serve(inside.Listener, sockets, owners))).ToList();
        threads.ForEach(static thread => thread.Start());

        var began = TimeProvider.System.GetTimestamp();
        var clients = owners.Select(owner => node.Start(
            owner.Value.Cgroup, "dotnet", Path.Combine(AppContext.BaseDirectory, "network-client.dll"),
            "knock", $"{HostNode.Imds}:80", $"{(char)owner.Key}", $"{Connections / owners.Count}", $"{Workers}")).ToList();
        foreach (var client in clients)
        {
            (await client.EndAsync(TimeSpan.FromMinutes(30))).ShouldBe(0, client.Text);
        }

        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        inside.Listener.Dispose();
        threads.ForEach(static thread => thread.Join());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_seen.Values.Sum()} connections in {seconds:F0} s, {_seen.Values.Sum() / seconds:F0}/s: {string.Join(", ", _seen.OrderBy(static seen => seen.Key).Select(static seen => $"{seen.Value} {seen.Key}"))}"));
        _seen.GetValueOrDefault("mistaken").ShouldBe(0);
        _seen.GetValueOrDefault("right").ShouldBeGreaterThan(Connections / 2);
    }

    private void Serve(Socket listener, SocketOwners sockets, Dictionary<byte, (string Cgroup, SocketOwner Owner)> owners)
    {
        var letter = new byte[1];
        while (true)
        {
            try
            {
                using var accepted = listener.Accept();
                var owner = sockets.FindAsync(accepted, (IPEndPoint)accepted.RemoteEndPoint!, 0, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                if (accepted.Receive(letter) == 1)
                {
                    Count(owner is SocketOwner.None ? "unknown" : owner == owners[letter[0]].Owner ? "right" : "mistaken");
                    accepted.Send(letter);
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.NotConnected)
            {
                Count("gone");
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Count(string outcome) => _seen.AddOrUpdate(outcome, 1, static (_, count) => count + 1);

    // A socket belongs to the network namespace of the thread that makes it.
    private static InsideSockets Inside(string name)
    {
        Socket? listener = null;
        NetlinkSocket? sockets = null;
        var thread = new Thread(() =>
        {
            using var space = File.OpenHandle($"/var/run/netns/{name}");
            Enter(space, NetworkNamespace).ShouldBe(0);
            listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Any, HostNode.Port));
            listener.Listen(512);
            sockets = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        });
        thread.Start();
        thread.Join();
        return new InsideSockets(listener!, sockets!);
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Enter(SafeHandle space, int kind);

    private sealed record InsideSockets(Socket Listener, NetlinkSocket Sockets) : IDisposable
    {
        public void Dispose()
        {
            Listener.Dispose();
            Sockets.Dispose();
        }
    }
}
