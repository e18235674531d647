using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Node;

/// <summary>What Cilium leaves on a node.</summary>
/// <param name="IsThere">Whether Cilium's interface, its maps or its state were found.</param>
/// <param name="HasHostRouting">Whether Cilium's own configuration switches eBPF host routing on. In a container, that file is not visible.</param>
internal sealed record CiliumTraces(bool IsThere, bool HasHostRouting)
{
    private const string Interface = "/sys/class/net/cilium_host";
    private const string Maps = "/sys/fs/bpf/tc/globals";
    private const string MapPrefix = "cilium_";
    private const string Configuration = "/var/run/cilium/state/globals/node_config.h";

    // Cilium's agent writes this definition for its eBPF programs.
    private const string Definition = "#define ENABLE_HOST_ROUTING";

    public static CiliumTraces Of(HostFiles files)
    {
        var configuration = files.Text(Configuration);
        return new CiliumTraces(
            configuration is not null || files.HasDirectory(Interface) || files.Entries(Maps).Any(static name => name.StartsWith(MapPrefix, StringComparison.Ordinal)),
            configuration?.Contains(Definition, StringComparison.Ordinal) == true);
    }
}
