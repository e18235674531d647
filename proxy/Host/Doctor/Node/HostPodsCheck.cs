using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Node;

/// <summary>Whether the proxy sees the requests of pods on hostNetwork.</summary>
/// <param name="place">Where the doctor runs.</param>
/// <param name="isOn">Whether the redirect also intercepts these pods.</param>
/// <param name="files">The kernel's files.</param>
internal sealed class HostPodsCheck(Place place, bool isOn, HostFiles files) : ICheck
{
    // Only the root of a cgroup v2 hierarchy, or a directory below it, has this file.
    private const string CgroupV2 = "/sys/fs/cgroup/cgroup.controllers";

    public string Name => "host-network-pods";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(
        !place.OnNode ? Finding.NotApplicable("An ordinary pod can't see the node's settings.")
        : !isOn ? Finding.NotApplicable("Pods on hostNetwork are not seen: they pass the proxy by, and the policy does not hold them.")
        : files.HasFile(CgroupV2) ? Finding.Good("Pods on hostNetwork are seen: the node has one cgroup v2 hierarchy, which tells them apart.")
        : Finding.Broken(
            "Pods on hostNetwork are not seen, although --host-pods is on: the node uses cgroup v1, which does not tell them apart.",
            "Use a node image with cgroup v2; on AKS, Ubuntu 22.04 and newer have it."));
}
