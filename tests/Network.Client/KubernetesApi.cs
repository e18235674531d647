using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.Network.Client;

/// <summary>
/// A Kubernetes API server on loopback, told its pods line by line: <c>pod NAMESPACE NAME ADDRESS</c>, <c>gone NAMESPACE NAME</c>.
/// Ends with its standard input.
/// </summary>
internal static class KubernetesApi
{
    public static async Task<int> RunAsync()
    {
        await using var server = await FakeApiServer.StartAsync();
        Console.WriteLine($"serves {server.Address} {server.TokenFile} {server.CaFile}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Take(server.Cluster, line.Split(' '));
            Console.WriteLine("done");
        }

        return 0;
    }

    private static void Take(FakeCluster cluster, string[] words)
    {
        switch (words)
        {
            case ["pod", var ns, var name, var address]:
                cluster.Put("pods", FakePods.Pod(name, address, ns));
                break;
            case ["gone", var ns, var name]:
                cluster.Remove("pods", ns, name);
                break;
            default:
                throw new FormatException(string.Join(' ', words));
        }
    }
}
