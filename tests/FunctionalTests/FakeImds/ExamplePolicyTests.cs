using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class ExamplePolicyTests
{
    // Else the two commands of the README contradict each other: a token names its identity's resource.
    [Fact]
    public void DefaultIdentities_AreThoseOfTheExamplePolicy()
    {
        var policy = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policy.example.json")))!;

        var aliases = policy["identities"]!.AsObject().Select(alias => new FakeIdentity(
            (string)alias.Value!["clientId"]!, (string)alias.Value["objectId"]!, (string)alias.Value["resourceId"]!));

        FakeVm.DefaultIdentities.ShouldBe(aliases, ignoreOrder: true);
    }
}
