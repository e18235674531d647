using System.Globalization;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>Writes the log of a whole cluster into one directory, a segment for each node.</summary>
public static class ClusterLogFiles
{
    private const int Buffer = 1 << 20;

    /// <summary>Writes the log and returns the number of requests.</summary>
    public static long Write(string directory, ClusterLogSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        var habits = ClusterHabits.Of(size);
        var decided = new DecidedHabits(habits);
        var requests = 0L;
        Directory.CreateDirectory(directory);
        Parallel.For(0, size.Nodes, node =>
        {
            using var output = new FileStream(Path.Combine(directory, NameOf(node)), FileMode.Create, FileAccess.Write, FileShare.Read, Buffer);
            var log = new ClusterNode(node, size, habits, decided, output);
            log.Write();
            Interlocked.Add(ref requests, log.Requests);
        });
        return requests;
    }

    // As the proxy names its segments: the time of the first line, the instance, and the number of the first line.
    private static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"audit-{ClusterNode.Start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{ClusterNode.InstanceOf(node)}-1.jsonl");
}
