namespace ImdsProxy.Redirect.Rules;

/// <summary>The addresses that pods must not reach without the proxy.</summary>
internal static class KnownAddresses
{
    /// <summary>Azure Instance Metadata Service, the same on every VM.</summary>
    public const string Imds = "169.254.169.254";

    /// <summary>The only port of IMDS that clients use.</summary>
    public const int ImdsPort = 80;

    /// <summary>WireServer. It serves <c>/metadata/*</c> and the VM's extension settings, and also the DNS that pods need.</summary>
    public const string WireServer = "168.63.129.16";

    /// <summary>WireServer's ports for HTTP and for HostGAPlugin, as Azure's agent uses them.</summary>
    public static readonly int[] WireServerPorts = [80, 32526];
}
