using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Core.Tests.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class RelayedRequestTests
{
    private const string AllowsTokens = $$"""
        "allow":[{"path":"{{Scene.Token}}","identities":["*"],"resources":["*"]},{"path":"/metadata/instance","redact":["compute.tags"]}]
        """;

    private const string Pins = $$"""
        "allow":[{"path":"{{Scene.Token}}","identities":["web"],"resources":["*"],"asIdentity":"web"}]
        """;

    private static readonly CredentialAnswer Vault = new(Scene.Web, Scene.Vault);

    public static TheoryData<string> Headers => ["Forwarded", "X-Forwarded-Host", "X-Real-IP"];

    [Theory]
    [MemberData(nameof(Headers))]
    public void Decide_Enforced_IsDeniedBeforeAndAfterTheAnswer(string header)
    {
        foreach (var permissions in new[] { AllowsTokens, Pins })
        {
            var policy = Scene.Policy(permissions);
            foreach (var decision in new[] { policy.Decide(Scene.Pod, Relayed(header)), policy.DecideAnswer(Scene.Pod, Relayed(header), Vault) })
            {
                var denial = decision.ShouldBeOfType<Denial>();
                denial.Reason.ShouldBe(Reason.BadRequest);
                denial.Mode.ShouldBe(PolicyMode.Enforce);
                denial.Request.RelayedBy.ShouldBe(header);
                denial.Caller.ShouldBe(Scene.Pod);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void Decide_InAuditMode_WouldBeDeniedBeforeAndAfterTheAnswer(string header)
    {
        foreach (var permissions in new[] { AllowsTokens, Pins })
        {
            var policy = Scene.Policy(permissions, "audit");
            foreach (var decision in new[] { policy.Decide(Scene.Pod, Relayed(header)), policy.DecideAnswer(Scene.Pod, Relayed(header), Vault) })
            {
                var permit = decision.ShouldBeOfType<Permit>();
                permit.Shadow.ShouldNotBeNull().Reason.ShouldBe(Reason.BadRequest);
                permit.Shadow.Mode.ShouldBe(PolicyMode.Audit);
                permit.Caller.ShouldBe(Scene.Pod);
                permit.Mode.ShouldBe(PolicyMode.Audit);
                permit.Pin.ShouldBe(permissions == Pins ? "web" : null);
            }
        }
    }

    [Fact]
    public void Decide_InAuditMode_StillReportsWhatWouldBeHidden() =>
        Scene.Policy(AllowsTokens, "audit").Decide(Scene.Pod, Relayed("Forwarded", "/metadata/instance")).ShouldBeOfType<Permit>().View.ShouldNotBeNull();

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public void Decide_RelayedAndNotAllowed_KeepsTheOtherReason(string mode)
    {
        var decision = Scene.Policy(AllowsTokens, mode).Decide(Scene.Pod, Relayed("X-Real-IP", "/metadata/versions"));
        decision.Reason.ShouldBe(Reason.NoRule);
        (decision is Denial).ShouldBe(mode == "enforce");
    }

    [Fact]
    public void Decide_SameRequestWithoutARelay_IsPermitted()
    {
        var policy = Scene.Policy(AllowsTokens);
        policy.Decide(Scene.Pod, Relayed("Forwarded")).ShouldBeOfType<Denial>();
        policy.Decide(Scene.Pod, Relayed("Via")).ShouldBeOfType<Permit>().Shadow.ShouldBeNull();
        policy.Decide(Scene.Pod, Relayed("X-Forwarded-Proto")).ShouldBeOfType<Permit>();
        policy.Decide(Scene.Pod, Relayed("Forwarded")).ShouldBeOfType<Denial>();
    }

    private static ImdsRequest Relayed(string header, string target = Scene.Token + "?resource=" + Scene.Vault)
    {
        var headers = new TestHeaders([new("Host", "169.254.169.254"), new("Metadata", "true"), new(header, "")]);
        return ImdsRequestParser.Parse("GET", target, headers).Request.ShouldNotBeNull();
    }
}
