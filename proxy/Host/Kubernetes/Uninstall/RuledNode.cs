using System.Net;
using System.Net.Sockets;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>A node on which a redirect keeps rules.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Address">The node's address, preferably IPv4; null until the kubelet reports an address.</param>
internal readonly record struct RuledNode(string Name, IPAddress? Address)
{
    public static RuledNode Of(PodObject pod)
    {
        IEnumerable<string?> told = [.. (pod.Status.HostIPs ?? []).Select(static entry => entry.Ip), pod.Status.HostIP];
        var address = told
            .Select(static text => IPAddress.TryParse(text, out var parsed) ? parsed : null)
            .OfType<IPAddress>()
            .OrderBy(static ip => ip.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
            .FirstOrDefault();
        return new RuledNode(pod.Spec.NodeName!, address);
    }

    public override string ToString() => Address is null ? $"{Name} (no address)" : $"{Name} ({Address})";
}
