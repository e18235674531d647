using ImdsProxy.Core.Callers;
using ImdsProxy.Runtime;

namespace ImdsProxy.HostPods;

/// <summary>
/// Reads the owners of all cgroups of the node. The id of a cgroup is the inode number of its directory. It never changes and is
/// never used again, and cgroups cannot be renamed.
/// </summary>
/// <param name="root">Where the host's cgroup v2 hierarchy is mounted.</param>
internal sealed class CgroupTree(string root)
{
    /// <summary>The most directories that are read. A node with 250 pods has about 1,500.</summary>
    public const int MaxDirectories = 16 * 1024;

    /// <summary>
    /// The most directories of one pod or unit. A container with the right to do so can make any number of cgroups in its own. The
    /// walk goes by depth, so containers' own directories come first, and only sockets from further cgroups stay unknown.
    /// </summary>
    public const int MaxPerOwner = 256;

    /// <summary>Walks the tree.</summary>
    /// <returns>The owner of each cgroup, by its id.</returns>
    public Dictionary<ulong, SocketOwner> Walk()
    {
        var owners = new Dictionary<ulong, SocketOwner>();
        var counts = new Dictionary<SocketOwner, int>();
        var waiting = new Queue<(string Path, SocketOwner Owner)>([("", SocketOwner.None.Instance)]);
        while (owners.Count < MaxDirectories && waiting.TryDequeue(out var parent))
        {
            foreach (var (name, inode) in CgroupDirectory.Children(root + parent.Path))
            {
                var path = $"{parent.Path}/{name}";
                var owner = OwnerOf(path, parent.Owner);
                var count = counts[owner] = counts.GetValueOrDefault(owner) + 1;
                if (owners.Count < MaxDirectories && (count <= MaxPerOwner || owner is SocketOwner.None))
                {
                    owners[inode] = owner;
                    waiting.Enqueue((path, owner));
                }
            }
        }

        return owners;
    }

    // Everything below a pod is the pod's, and everything below a unit is the unit's. So one object serves all of its cgroups.
    private static SocketOwner OwnerOf(string path, SocketOwner parent)
    {
        if (parent is SocketOwner.OfPod)
        {
            return parent;
        }

        var owner = CgroupPath.OwnerOf(path);
        return owner == parent ? parent : owner;
    }
}
