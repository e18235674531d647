using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class ExamplePolicyTests
{
    // Otherwise the README's two commands would contradict each other: a token names its identity's resource id.
    [Fact]
    public void DefaultIdentities_MatchTheExamplePolicy()
    {
        var policy = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policy.example.json")))!;

        var aliases = policy["identities"]!.AsObject().Select(alias => new FakeIdentity(
            (string)alias.Value!["clientId"]!, (string)alias.Value["objectId"]!, (string)alias.Value["resourceId"]!));

        FakeVm.DefaultIdentities.ShouldBe(aliases, ignoreOrder: true);
    }
}
