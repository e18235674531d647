using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.FakeImds;

namespace ImdsProxy.Commands.Demo;

/// <summary>The identities attached to the made-up node: those of the policy, and one that its author did not know of.</summary>
internal sealed record DemoNode(FakeIdentity Kubelet, FakeIdentity AdxIngest, FakeIdentity AzurePolicy)
{
    /// <summary>The kubelet's first: it answers who names no identity, as on an AKS node.</summary>
    public ImmutableArray<FakeIdentity> Identities => [Kubelet, AdxIngest, AzurePolicy];

    /// <summary>The node of a policy.</summary>
    /// <exception cref="FormatException">The policy is not one that the story can be told with.</exception>
    public static DemoNode Of(PolicyDocument policy) => new(
        Identity(policy, "kubelet"),
        Identity(policy, "adx-ingest"),
        FakeIdentity.Create("91d0a3c4-7c0e-4d7b-b6a5-3f0d2c8e1b52", FakeVm.IdentityResourceId("azurepolicy-aks-demo")));

    private static FakeIdentity Identity(PolicyDocument policy, string name) =>
        policy.Identities.FirstOrDefault(alias => alias.Name == name) is { } alias
            ? FakeIdentity.Create(alias.ClientId, alias.ResourceId, alias.ObjectId)
            : throw new FormatException($"the story needs an identity '{name}' in it, as policy.example.json has");
}
