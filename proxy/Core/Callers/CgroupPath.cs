using System.Buffers;

namespace ImdsProxy.Core.Callers;

/// <summary>
/// Reads the owner of a cgroup from its path. Only kubelet's own directories identify a pod:
/// <c>kubepods[.slice]/[quality of service/]pod&lt;uid&gt;</c>, as its systemd and cgroupfs drivers name them. A container chooses the
/// names below its own directory, so these never count.
/// </summary>
public static class CgroupPath
{
    private const string Slice = ".slice";
    private const string Root = "kubepods";
    private const int MaxUid = 64;

    private static readonly string[] Qualities = ["burstable", "besteffort", "guaranteed"];

    private static readonly SearchValues<char> UidCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");

    /// <summary>The names of kubelet's own directory, in which all pods are.</summary>
    public static IReadOnlyList<string> Kubepods { get; } = [Root + Slice, Root];

    /// <summary>The owner of a cgroup.</summary>
    /// <param name="path">The path below the root of the hierarchy, such as <c>/system.slice/kubelet.service</c>.</param>
    public static SocketOwner OwnerOf(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return names switch
        {
            [] => SocketOwner.None.Instance,
            [Root or Root + Slice, ..] => Pod(names),
            _ => new SocketOwner.OfNode(Unit(names)),
        };
    }

    private static SocketOwner Pod(ReadOnlySpan<string> names)
    {
        var isSystemd = names[0].EndsWith(Slice, StringComparison.Ordinal);
        var parent = Root;
        var rest = names[1..];
        if (rest is [var first, ..] && Array.Find(Qualities, quality => first == (isSystemd ? $"{Root}-{quality}{Slice}" : quality)) is { } found)
        {
            parent = $"{Root}-{found}";
            rest = rest[1..];
        }

        var uid = rest is not [var pod, ..] ? null : isSystemd ? SystemdUid(pod, parent) : CgroupfsUid(pod);
        return uid is null ? SocketOwner.None.Instance : new SocketOwner.OfPod(uid);
    }

    // systemd uses '-' for the hierarchy of slices, so kubelet writes the UID with '_'.
    private static string? SystemdUid(string name, string parent)
    {
        var prefix = $"{parent}-pod";
        return name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Slice, StringComparison.Ordinal) && name.Length >= prefix.Length + Slice.Length
            && name[prefix.Length..^Slice.Length] is var uid && !uid.Contains('-', StringComparison.Ordinal)
            ? Valid(uid.Replace('_', '-'))
            : null;
    }

    private static string? CgroupfsUid(string name) => name.StartsWith("pod", StringComparison.Ordinal) ? Valid(name["pod".Length..]) : null;

    private static string? Valid(string uid) => uid.Length is > 0 and <= MaxUid && !uid.AsSpan().ContainsAnyExcept(UidCharacters) ? uid : null;

    // The unit that systemd itself made. A service may make directories with any name below its own.
    private static string Unit(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!name.EndsWith(Slice, StringComparison.Ordinal))
            {
                return name;
            }
        }

        return names[^1];
    }
}
