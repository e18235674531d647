using System.Net;

namespace ImdsProxy.Redirect;

/// <summary>The settings from the command line.</summary>
internal sealed record RedirectSettings
{
    public IPAddress? NodeIp { get; init; }

    public int Port { get; init; } = 16254;

    public int ManagementPort { get; init; } = 16255;

    /// <summary><c>auto</c>, <c>nft</c> or <c>legacy</c>.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>Whether the connections of hostNetwork pods, and of the node itself, go to the proxy too.</summary>
    public bool HostPods { get; init; }

    /// <summary>Where the host's cgroup v2 hierarchy is mounted.</summary>
    public string CgroupRoot { get; init; } = "/sys/fs/cgroup";

    public bool OverrideExistingBlock { get; init; }

    public bool RpFilter { get; init; } = true;

    public bool WireServer { get; init; } = true;

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c>.</summary>
    public string EbpfHostRouting { get; init; } = "auto";

    public string LockFile { get; init; } = "/run/imds-proxy-redirect.lock";

    /// <summary>The longest time that the first rules wait for the proxy to be ready or, without <see cref="ReadyFile"/>, to listen.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    public bool OpenWhenDown { get; init; }

    public bool RemoveOnExit { get; init; }

    public string? OverrideDirectory { get; init; }

    /// <summary>The file that reports the state of the rules to the proxy, or null.</summary>
    public string? StateFile { get; init; }

    /// <summary>The file in which the proxy reports that it is ready. If null, the proxy's listener is checked instead.</summary>
    public string? ReadyFile { get; init; }
}
