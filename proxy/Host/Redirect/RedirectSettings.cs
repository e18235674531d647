using System.Net;

namespace ImdsProxy.Redirect;

/// <summary>What the command line says.</summary>
internal sealed record RedirectSettings
{
    public IPAddress? NodeIp { get; init; }

    public int Port { get; init; } = 16254;

    public int ManagementPort { get; init; } = 16255;

    /// <summary><c>auto</c>, <c>nft</c> or <c>legacy</c>.</summary>
    public string Backend { get; init; } = "auto";

    public bool OverrideExistingBlock { get; init; }

    public bool RpFilter { get; init; } = true;

    public bool WireServer { get; init; } = true;

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c>.</summary>
    public string EbpfHostRouting { get; init; } = "auto";

    public string LockFile { get; init; } = "/run/imds-proxy-redirect.lock";

    /// <summary>How long to wait for the proxy, until it is ready or else listens, before the rules are applied.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    public bool OpenWhenDown { get; init; }

    public bool RemoveOnExit { get; init; }

    public string? OverrideDirectory { get; init; }

    /// <summary>The file that tells the proxy how the rules are, or null for none.</summary>
    public string? StateFile { get; init; }

    /// <summary>The file in which the proxy tells that it is ready, or null where only its listener is looked for.</summary>
    public string? ReadyFile { get; init; }
}
