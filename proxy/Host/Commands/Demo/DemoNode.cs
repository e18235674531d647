using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.FakeImds;

namespace ImdsProxy.Commands.Demo;

/// <summary>
/// The identities attached to the simulated node: the policy's identities, and two identities that the policy's author did not know
/// about.
/// </summary>
internal sealed record DemoNode(FakeIdentity Kubelet, FakeIdentity AdxIngest, FakeIdentity AzurePolicy, FakeIdentity BillingVault)
{
    /// <summary>The kubelet's identity comes first, because IMDS uses it for requests without a selector, as on an AKS node.</summary>
    public ImmutableArray<FakeIdentity> Identities => [Kubelet, AdxIngest, AzurePolicy, BillingVault];

    /// <summary>Creates the node that matches a policy.</summary>
    /// <exception cref="FormatException">The policy lacks an identity that the demo needs.</exception>
    public static DemoNode Of(PolicyDocument policy) => new(
        Identity(policy, "kubelet"),
        Identity(policy, "adx-ingest"),
        FakeIdentity.Create("91d0a3c4-7c0e-4d7b-b6a5-3f0d2c8e1b52", FakeVm.IdentityResourceId("azurepolicy-aks-demo")),
        FakeIdentity.Create("6b0f2d1c-58a4-4b7e-9c3d-2e7f1a9b8c40", FakeVm.IdentityResourceId("billing-vault")));

    private static FakeIdentity Identity(PolicyDocument policy, string name) =>
        policy.Identities.FirstOrDefault(alias => alias.Name == name) is { } alias
            ? FakeIdentity.Create(alias.ClientId, alias.ResourceId, alias.ObjectId)
            : throw new FormatException($"the demo's policy must define the identity '{name}', as policy.example.json does");
}
