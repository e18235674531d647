using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Workbench;

/// <summary>Names workloads and what they want, for people.</summary>
/// <param name="identities">The identities of the demands, by the aliases of a policy.</param>
internal sealed class DemandWords(DemandIdentities identities)
{
    public DemandIdentities Identities => identities;

    /// <summary>What a demand asks for, in a few words.</summary>
    public string Want(Demand demand) => PlainText.Of(demand.Key switch
    {
        { IsProbe: true } key => $"{key.Method} {key.Path} without the header Metadata",
        { Endpoint.Kind: EndpointKind.Token } key => $"token {key.Resource ?? "for no resource"} as {Identity(demand)}",
        { Endpoint.IssuesCredential: true } => $"certificate as {Identity(demand)}",
        { ExtraNames.Length: > 0 } key => $"{key.Method} {key.Path}?{string.Join('&', key.ExtraQuery)}",
        var key => $"{key.Method} {key.Path}",
    });

    /// <summary>A demand's workload.</summary>
    public static string Workload(Demand demand) => PlainText.Of($"{demand.Key.Workload}{(demand.Key.IsOnHost ? " (hostNetwork)" : "")}");

    /// <summary>The owner of the pods and the pods that asked.</summary>
    public static string Pods(Demand demand) => PlainText.Of(
        $"{(demand.Key.Owner is { } owner ? $"{owner}: " : "")}{string.Join(", ", demand.PodNames)}{(demand.PodCount > demand.PodNames.Length ? $" and {demand.PodCount - demand.PodNames.Length} others" : "")}");

    private string Identity(Demand demand) =>
        identities.ClientIdOf(demand) is { } clientId ? $"{identities.AliasOf(clientId)?.Name ?? clientId}{By(demand.Key)}"
        : demand.Key is { SelectorKind: { } kind, Selector: { } name } ? $"{kind} {Short(name)}"
        : "IMDS's choice";

    // Explains how two lines for the same identity differ.
    private static string By(DemandKey key) =>
        key.SelectorKind is { } kind ? kind == "client_id" ? "" : $" by {kind}"
        : key.Pin is not null ? " by its pin"
        : " by IMDS's choice";

    // A resource id is too long for a table; its last part names the identity.
    private static string Short(string name) => name.LastIndexOf('/') is > 0 and var slash ? $"...{name[slash..]}" : name;
}
