using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>A made-up pod: whoever speaks from its loopback address.</summary>
/// <param name="Address">In place of a pod IP.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="ServiceAccount">Its service account.</param>
/// <param name="Owner">As <c>Kind/name</c>.</param>
/// <param name="UserAgent">What its client calls itself.</param>
internal sealed record DemoPod(IPAddress Address, string Namespace, string Name, string ServiceAccount, string Owner, string UserAgent)
{
    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
