using ImdsProxy.Core.Callers;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>
/// Knows the pods that run the proxy: our own, and during a rollout the other one. Each watch announces its pod by an empty file
/// in a directory that only root can write.
/// </summary>
/// <param name="directory">The directory of the announcements.</param>
/// <param name="time">The clock.</param>
internal sealed class ProxyPods(string directory, TimeProvider time)
{
    // A watch announces its pod with each look, so every two seconds.
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    private SocketOwner _own = SocketOwner.None.Instance;
    private HashSet<string> _pods = [];

    /// <summary>Announces our pod, and reads the announcements of others.</summary>
    /// <param name="own">The owner of this process.</param>
    /// <exception cref="IOException">The directory can't be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to use the directory.</exception>
    public void Look(SocketOwner own)
    {
        _own = own;
        if (own is not SocketOwner.OfPod { Uid: var uid })
        {
            return;
        }

        Directory.CreateDirectory(directory);
        var mine = Path.Combine(directory, uid);
        File.WriteAllBytes(mine, []);
        File.SetLastWriteTimeUtc(mine, time.GetUtcNow().UtcDateTime);
        _pods = [uid];
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc < Validity)
            {
                _pods.Add(file.Name);
            }
            else
            {
                file.Delete();
            }
        }
    }

    /// <summary>Whether a socket of this owner belongs to a proxy. Outside of Kubernetes, the proxy is a process of the node.</summary>
    public bool Has(SocketOwner owner) => _own is SocketOwner.OfPod
        ? owner is SocketOwner.OfPod { Uid: var uid } && _pods.Contains(uid)
        : owner is not SocketOwner.OfPod;
}
