using System.Net;
using System.Net.NetworkInformation;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Callers from the Kubernetes API: the pods of one node, followed by one watch.</summary>
internal sealed class ClusterCallers
{
    // The interval for reading the node's own addresses, which hardly ever change. Addresses of pods are not among them.
    private static readonly TimeSpan LocalInterval = TimeSpan.FromMinutes(1);

    private readonly ListWatch<PodObject> _watch;
    private readonly LiveLookup _lookup;
    private readonly TimeProvider _time;

    public ClusterCallers(KubeClient client, string node, ListWatchOptions options, TimeProvider time, Random random, ILoggerFactory logging)
    {
        _time = time;
        Index = new PodIndex(new InterfaceEvidence(new SharedInterfaces().IsShared), time);
        _watch = new ListWatch<PodObject>(
            client, KubeResources.PodsOfNode(node), new PodSink(Index, node), options, time, random, logging.CreateLogger<ListWatch<PodObject>>());
        _lookup = new LiveLookup(Index, (address, cancellation) => ListAsync(client, node, address, cancellation), time, logging.CreateLogger<LiveLookup>());
    }

    public PodIndex Index { get; }

    /// <summary>The health of the watch that updates the index.</summary>
    public ListWatchHealth Health => _watch.Health;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(_watch.RunAsync(cancellation), _lookup.RunAsync(cancellation), FollowLocalAsync(cancellation));

    private static async Task<IReadOnlyCollection<PodRecord>> ListAsync(KubeClient client, string node, IPAddress address, CancellationToken cancellation)
    {
        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        var pods = await client.ListAsync(KubeResources.PodsByAddress(node, text), ListQuery.Cached, cancellation);
        return [.. (pods.Items ?? []).Where(pod => pod.Spec.NodeName == node).Select(PodRecords.Of)];
    }

    private async Task FollowLocalAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TakeLocal();
            await Task.Delay(LocalInterval, _time, cancellation);
        }
    }

    private void TakeLocal()
    {
        try
        {
            Index.SetLocal(NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(static device => device.GetIPProperties().UnicastAddresses)
                .Select(static unicast => unicast.Address));
        }
        catch (NetworkInformationException)
        {
            // An interface was removed during the read. The next read follows in a minute.
        }
    }
}
