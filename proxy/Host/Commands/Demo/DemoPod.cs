using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>A simulated pod, identified by its loopback address.</summary>
/// <param name="Address">The loopback address that stands for the pod IP.</param>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="ServiceAccount">The pod's service account.</param>
/// <param name="Owner">The pod's owner, as <c>Kind/name</c>.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header of the pod's client.</param>
internal sealed record DemoPod(IPAddress Address, string Namespace, string Name, string ServiceAccount, string Owner, string UserAgent)
{
    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
