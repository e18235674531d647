using ImdsProxy.Core.Credentials;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Whether the policy permits a credential to any workload at all. Only such credentials are cached.</summary>
public sealed class AnyoneCheckTests
{
    private const string Allow = $$"""{"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"]}""";

    [Theory]
    [InlineData("", Scene.Web, Scene.Vault, true)]
    [InlineData("", Scene.Other, Scene.Vault, false)]
    [InlineData("", Scene.Web, "https://storage.azure.com", false)]
    [InlineData("""{"name":"two","workloads":[{}],"deny":[{"identities":["web"]}]}""", Scene.Web, Scene.Vault, false)]
    [InlineData("""{"name":"two","workloads":[{}],"deny":[{"identities":["other"]}]}""", Scene.Web, Scene.Vault, true)]
    [InlineData("""{"name":"two","workloads":[{}],"deny":[{"path":"/metadata/instance/**"}]}""", Scene.Web, Scene.Vault, true)]
    [InlineData("""{"name":"two","mode":"audit","workloads":[{}],"deny":[{"identities":["web"]}]}""", Scene.Web, Scene.Vault, true)]
    [InlineData("""{"name":"two","workloads":[{"namespaces":["b"]}],"deny":[{"identities":["web"]}]}""", Scene.Web, Scene.Vault, true)]
    [InlineData("""{"name":"two","workloads":[{}],"except":[{"namespaces":["a"]}],"deny":[{"identities":["web"]}]}""", Scene.Web, Scene.Vault, true)]
    public void PermitsAnyone_Credential_MatchesTheTable(string rule, string clientId, string resource, bool permitted) =>
        Scene.Policy($"\"allow\":[{Allow}]", more: rule.Length == 0 ? "" : "," + rule)
            .PermitsAnyone(Scene.TokenRequest(), new CredentialAnswer(clientId, resource)).ShouldBe(permitted);
}
