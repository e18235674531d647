using ImdsProxy.TestKit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>
/// A node with three pods, another node, and IMDS at its real address, each in its own network namespace. Pods are connected as
/// in Azure CNI: a veth pair and a /32 route each, proxy ARP on the node's side, no bridge.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string Imds = "169.254.169.254";
    public const string WireServer = "168.63.129.16";
    public const string NodeIp = "10.1.0.4";

    private readonly Reaper _reaper;
    private readonly List<RunningProgram> _programs = [];

    private Cluster(string id, string directory)
    {
        Directory = directory;
        Node = new NetworkSpace($"{id}-node", NodeIp);
        Pods = [.. Enumerable.Range(1, 3).Select(i => new NetworkSpace($"{id}-pod{i}", $"10.244.0.{10 + i}"))];
        OtherNode = new NetworkSpace($"{id}-other", "10.2.0.5");
        ImdsHost = new NetworkSpace($"{id}-imds", Imds);
        _reaper = new Reaper(directory, Spaces.Select(s => s.Name));
    }

    public NetworkSpace Node { get; }

    public IReadOnlyList<NetworkSpace> Pods { get; }

    public NetworkSpace Pod => Pods[0];

    public NetworkSpace OtherNode { get; }

    public NetworkSpace ImdsHost { get; }

    /// <summary>The directory for the test's files, deleted with everything else.</summary>
    public string Directory { get; }

    private IEnumerable<NetworkSpace> Spaces => [Node, .. Pods, OtherNode, ImdsHost];

    /// <summary>Builds the cluster. Skips the test if the machine does not support it.</summary>
    public static async Task<Cluster> CreateAsync(params string[] morePrograms)
    {
        Requirements.Check(morePrograms);
        var id = $"ipx{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4))}";
        var cluster = new Cluster(id, System.IO.Directory.CreateTempSubdirectory(id).FullName);
        try
        {
            await cluster.BuildAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends a program together with the cluster.</summary>
    public RunningProgram Keep(RunningProgram program)
    {
        _programs.Add(program);
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await _reaper.DisposeAsync();
    }

    private async Task BuildAsync()
    {
        await Programs.MustAsync(["ip", "-batch", "-"], ClusterPlan.Spaces(Spaces));
        foreach (var space in Spaces)
        {
            await Programs.MustAsync(["ip", "-n", space.Name, "-batch", "-"], ClusterPlan.Links(space, this));
        }

        foreach (var space in Spaces)
        {
            await Programs.MustAsync(["ip", "-n", space.Name, "-batch", "-"], ClusterPlan.Addresses(space, this));
        }

        await Node.MustAsync(["sysctl", "-qw", .. ClusterPlan.NodeSettings]);
    }
}
