using System.Collections.Immutable;

namespace ImdsProxy.FakeImds;

/// <summary>The AKS node whose IMDS the fake imitates.</summary>
internal static class FakeVm
{
    public const string TenantId = "6f1e8d2c-0b7a-4f53-9c64-5f2a7d3b9e10";
    public const string SubscriptionId = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
    public const string ResourceGroup = "MC_demo_aks-demo_westeurope";
    public const string ScaleSet = "aks-nodepool1-28617493-vmss";
    public const string Name = ScaleSet + "_0";
    public const string VmId = "02aab8a4-74ef-476e-8182-f6d2ba4166a6";

    public const string ResourceId =
        $"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/{ScaleSet}/virtualMachines/0";

    /// <summary>
    /// The identities used when none are configured: the identities of the example policy. The kubelet's identity comes first, as
    /// on an AKS node.
    /// </summary>
    public static ImmutableArray<FakeIdentity> DefaultIdentities { get; } =
    [
        FakeIdentity.Create("e5dbcd30-9b3d-4041-b791-ac23f9038175", IdentityResourceId("aks-demo-agentpool"), "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30"),
        FakeIdentity.Create("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", IdentityResourceId("adx-ingest"), "b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1"),
    ];

    public static string IdentityResourceId(string name) =>
        $"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}";
}
