using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Finds the paths of cgroups by their ids. The id of a cgroup is the inode number of its directory, and is never used again.</summary>
/// <param name="root">Where the host's cgroup v2 hierarchy is mounted.</param>
internal sealed class CgroupNames(string root)
{
    // A node has some thousand cgroups.
    private const int MaxDirectories = 50_000;
    private const int MaxKnown = 4096;

    // A null path means that the cgroup was removed while a socket still belonged to it.
    private readonly Dictionary<ulong, string?> _known = [];

    /// <summary>Finds the paths of all ids with at most one walk through the hierarchy.</summary>
    public void Find(IEnumerable<ulong> ids)
    {
        var wanted = ids.Where(id => !_known.ContainsKey(id)).ToHashSet();
        if (wanted.Count == 0)
        {
            return;
        }

        if (_known.Count + wanted.Count > MaxKnown)
        {
            _known.Clear();
        }

        Walk(wanted);
        foreach (var id in wanted.Take(MaxKnown))
        {
            _known[id] = null;
        }
    }

    /// <summary>The path below the root, or null if it is unknown.</summary>
    public string? PathOf(ulong id) => _known.GetValueOrDefault(id);

    private void Walk(HashSet<ulong> wanted)
    {
        var next = new Queue<(string Path, ulong Id)>([("/", FileStatus.Of(root).Inode)]);
        for (var visited = 0; wanted.Count > 0 && visited < MaxDirectories && next.TryDequeue(out var cgroup); visited++)
        {
            if (wanted.Remove(cgroup.Id))
            {
                _known[cgroup.Id] = cgroup.Path;
            }

            foreach (var (name, id) in CgroupDirectory.Children(root + cgroup.Path))
            {
                next.Enqueue((Path.Combine(cgroup.Path, name), id));
            }
        }
    }
}
