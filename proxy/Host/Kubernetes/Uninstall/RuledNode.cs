using System.Net;
using System.Net.Sockets;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>A node that a redirect keeps rules on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address, IPv4 where it has one; null while its kubelet has told none.</param>
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
