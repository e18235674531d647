using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PinTests
{
    private const string Pinned = $$"""{"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"],"asIdentity":"web"}""";
    private const string OfVault = $$""",{"name":"two","mode":"audit","workloads":[{}],"deny":[{"resources":["{{Scene.Vault}}"]}]}""";
    private const string OfWeb = """,{"name":"a","mode":"audit","workloads":[{}],"deny":[{"identities":["web"]}]}""";
    private const string Unpinned = $$"""{"path":"{{Scene.Token}}","identities":["other"],"resources":["*"]}""";

    [Theory]
    [InlineData(Pinned)]
    [InlineData(Unpinned + "," + Pinned)]
    [InlineData(Pinned + "," + Unpinned)]
    public void Decide_RequestWithoutSelector_IsSentAsThePinnedIdentity(string allow)
    {
        var permit = Scene.Policy($"\"allow\":[{allow}]").Decide(Scene.Pod, Scene.TokenRequest()).ShouldBeOfType<Permit>();
        permit.Request.PathAndQuery.ShouldBe($"{Scene.Token}?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id={Scene.Web}");
        permit.Pin.ShouldBe("web");
        permit.Request.ShouldBe(Scene.TokenRequest($"&client_id={Scene.Web}"));
    }

    [Fact]
    public void Decide_RequestWithExtraParameter_KeepsEverythingElse()
    {
        var allow = Pinned.Replace("\"asIdentity\"", "\"extraQuery\":[\"foo\"],\"asIdentity\"", StringComparison.Ordinal);
        var asked = Scene.TokenRequest("&foo=bar");
        var pinned = Scene.Policy($"\"allow\":[{allow}]").Decide(Scene.Pod, asked).ShouldBeOfType<Permit>().Request;
        pinned.ShouldBe(Scene.TokenRequest($"&client_id={Scene.Web}&foo=bar"));
        pinned.Endpoint.ShouldBeSameAs(asked.Endpoint);
        pinned.Path.ShouldBe(asked.Path);
        pinned.Resource.ShouldBe(asked.Resource);
        pinned.Extra.ShouldBe(asked.Extra);
        pinned.Selector!.Value.ShouldBe(Scene.Web);
    }

    [Fact]
    public void Decide_RequestWithSelector_IsSentUnchanged() =>
        Scene.Policy($"\"allow\":[{Unpinned},{Pinned}]").Decide(Scene.Pod, Scene.TokenRequest($"&client_id={Scene.Other}"))
            .ShouldBeOfType<Permit>().Request.ShouldBe(Scene.TokenRequest($"&client_id={Scene.Other}"));

    [Fact]
    public void Decide_AnotherResource_IsNotPinned() =>
        Scene.Policy($"\"allow\":[{Unpinned},{Pinned}]").Decide(Scene.Pod, Scene.Get(Scene.Token + "?api-version=2018-02-01&resource=a"))
            .ShouldBeOfType<Permit>().Pin.ShouldBeNull();

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public void Decide_TwoPins_IsAmbiguous(string mode)
    {
        var decision = TwoPins(mode).Decide(Scene.Pod, Scene.TokenRequest());
        decision.Reason.ShouldBe(Reason.PinAmbiguous);
        (decision is Denial).ShouldBe(mode == "enforce");
        decision.Request.ShouldBe(Scene.TokenRequest());
    }

    [Fact]
    public void Decide_TwoPinsOfOneIdentity_IsNotAmbiguous() =>
        Scene.Policy($"\"allow\":[{Pinned},{Pinned}]").Decide(Scene.Pod, Scene.TokenRequest()).ShouldBeOfType<Permit>().IsPinned.ShouldBeTrue();

    [Fact]
    public void Decide_DenyOfThePinnedIdentity_DeniesBeforeSending() =>
        Scene.Policy($"\"allow\":[{Pinned}],\"deny\":[{{\"identities\":[\"web\"]}}]").Decide(Scene.Pod, Scene.TokenRequest())
            .ShouldBeOfType<Denial>().Reason.ShouldBe(Reason.DenyRule);

    [Fact]
    public void Decide_DenyOfThePinnedIdentityAndResource_NamesThePinnedRequest() =>
        Scene.Policy($"\"allow\":[{Pinned}],\"deny\":[{{\"identities\":[\"web\"],\"resources\":[\"{Scene.Vault}\"]}}]").Decide(Scene.Pod, Scene.TokenRequest())
            .ShouldBeOfType<Denial>().Request.ShouldBe(Scene.TokenRequest($"&client_id={Scene.Web}"));

    // The record names the first denial that audit mode lifts. Denials that do not depend on the pin come first.
    [Theory]
    [InlineData("enforce", OfVault, "two")]
    [InlineData("enforce", OfWeb, "a")]
    [InlineData("enforce", OfWeb + OfVault, "two")]
    [InlineData("enforce", "", null)]
    [InlineData("audit", OfVault, "two")]
    [InlineData("audit", OfWeb, null)]
    public void Decide_DenyInAuditMode_WouldDenyThePinnedRequest(string mode, string denies, string? shadow)
    {
        var permit = Scene.Policy($"\"allow\":[{Pinned}]", mode, denies).Decide(Scene.Pod, Scene.TokenRequest()).ShouldBeOfType<Permit>();
        permit.Pin.ShouldBe("web");
        permit.Caller.ShouldBe(Scene.Pod);
        permit.Rule.ShouldBe(shadow ?? "one");
        permit.Shadow?.Rule.ShouldBe(shadow);
        (permit.Shadow is null).ShouldBe(shadow is null);
    }

    [Fact]
    public void Decide_InAuditMode_ReportsThePinWithoutApplyingIt()
    {
        var permit = Scene.Policy($"\"allow\":[{Pinned}]", "audit").Decide(Scene.Pod, Scene.TokenRequest()).ShouldBeOfType<Permit>();
        permit.Request.ShouldBe(Scene.TokenRequest());
        permit.Pin.ShouldBe("web");
        permit.IsPinned.ShouldBeFalse();
    }

    [Fact]
    public void DecideAnswer_OtherIdentityThanThePinnedOne_IsAMismatch() =>
        Scene.Policy($"\"allow\":[{Unpinned},{Pinned}]").DecideAnswer(Scene.Pod, Scene.TokenRequest(), new CredentialAnswer(Scene.Other, Scene.Vault))
            .ShouldBeOfType<Denial>().Reason.ShouldBe(Reason.IdentityMismatch);

    [Fact]
    public void DecideAnswer_PinnedIdentity_IsPermitted() =>
        Scene.Policy($"\"allow\":[{Pinned}]").DecideAnswer(Scene.Pod, Scene.TokenRequest(), new CredentialAnswer(Scene.Web, Scene.Vault))
            .ShouldBeOfType<Permit>().Pin.ShouldBe("web");

    [Fact]
    public void DecideAnswer_DefaultIdentityInAuditMode_IsNotAWouldDeny() =>
        Scene.Policy($"\"allow\":[{Pinned}]", "audit").DecideAnswer(Scene.Pod, Scene.TokenRequest(), new CredentialAnswer(Scene.Other, Scene.Vault))
            .ShouldBeOfType<Permit>().Shadow.ShouldBeNull();

    [Fact]
    public void DecideAnswer_IdentityOfADenyInAuditMode_WouldBeDenied() =>
        Scene.Policy($"\"allow\":[{Pinned}],\"deny\":[{{\"identities\":[\"other\"]}}]", "audit")
            .DecideAnswer(Scene.Pod, Scene.TokenRequest(), new CredentialAnswer(Scene.Other, Scene.Vault))
            .ShouldBeOfType<Permit>().Shadow.ShouldNotBeNull().Reason.ShouldBe(Reason.DenyRule);

    [Fact]
    public void DecideAnswer_DeniedIdentityInAuditMode_IsDenied() =>
        Scene.Policy($"\"allow\":[{Pinned}]", "audit", ",{\"name\":\"two\",\"mode\":\"enforce\",\"workloads\":[{}],\"deny\":[{\"identities\":[\"other\"]}]}")
            .DecideAnswer(Scene.Pod, Scene.TokenRequest(), new CredentialAnswer(Scene.Other, Scene.Vault)).ShouldBeOfType<Denial>();

    // A workload may or may not have an owner, so the validator only warns about two pins that depend on owners.
    private static PolicySnapshot TwoPins(string mode) => Scene.Compile(
        $$"""
        {"version":1,"mode":"{{mode}}","identities":{"web":{"clientId":"{{Scene.Web}}"},"other":{"clientId":"{{Scene.Other}}"} },"rules":[
        {"name":"one","workloads":[{"namespaces":["a"],"serviceAccounts":["default"]}],"allow":[{{Pinned}}]},
        {"name":"two","workloads":[{"namespaces":["a*"]}],"except":[{"namespaces":["a"],"owners":["Job/x"]}],
         "allow":[{"path":"{{Scene.Token}}","identities":["other"],"resources":["*"],"asIdentity":"other"}]}]}
        """);
}
