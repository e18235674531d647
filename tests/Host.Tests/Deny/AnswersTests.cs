using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using ImdsProxy.Deny;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Deny;

public sealed class AnswersTests
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
    private const string OtherIdentity = "0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    private static readonly PolicySnapshot Nothing = Policy("""{"version":1,"mode":"enforce","identities":{},"rules":[]}""");

    private static readonly PolicySnapshot ShopMayHaveVault = Policy(
        """
        {"version":1,"mode":"enforce","identities":{"web":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}},"rules":[{"name":"shop","workloads":[{"namespaces":["shop"]}],
        "allow":[{"path":"/metadata/identity/oauth2/token","identities":["web"],"resources":["https://vault.azure.net"]}]}]}
        """);

    private static readonly Caller Web = Pod("web");

    [Fact]
    public void Denied_SameDenialAgain_DiffersOnlyInTheRequestId()
    {
        var answers = new Answers(new AnswerOptions("Ask \"platform\" – #imds.", default));
        var denial = Denial(Web, "/metadata/instance/compute?api-version=2021-02-01");

        Description(answers.Denied(denial, new Asker(Web, IPAddress.Loopback, "0HN1:00000001"), null)).ShouldBe(
            "IMDS is unreachable for this workload: ImdsProxy denied GET /metadata/instance/compute: no rule allows it (pod shop/web, service account default, request 0HN1:00000001). Ask \"platform\" – #imds.");
        Description(answers.Denied(denial, new Asker(Web, IPAddress.Loopback, "0HN1:0000ABCD"), null)).ShouldBe(
            "IMDS is unreachable for this workload: ImdsProxy denied GET /metadata/instance/compute: no rule allows it (pod shop/web, service account default, request 0HN1:0000ABCD). Ask \"platform\" – #imds.");
    }

    [Fact]
    public void Denied_WithoutHelp_EndsWithTheRequestId() =>
        Description(new Answers(new AnswerOptions(null, default)).Denied(Denial(Web, "/metadata/instance/compute?api-version=2021-02-01"), new Asker(Web, null, "0HN1:00000001"), null))
            .ShouldEndWith("request 0HN1:00000001).");

    [Fact]
    public void Denied_ByTheAnswer_NamesThisAnswersIdentity()
    {
        var answers = new Answers(new AnswerOptions(null, default));
        var decided = ShopMayHaveVault.DecideAnswer(Web, Parse(Token), new CredentialAnswer(OtherIdentity, "https://vault.azure.net"));
        var denial = decided.ShouldBeOfType<Denial>();
        var asker = new Asker(Web, null, "1");
        Description(answers.Denied(denial, asker, returned: null)).ShouldNotContain(OtherIdentity);
        Description(answers.Denied(denial, asker, new CredentialAnswer(OtherIdentity, "https://vault.azure.net"))).ShouldContain(OtherIdentity);
        Description(answers.Denied(denial, asker, returned: null)).ShouldNotContain(OtherIdentity);
    }

    // A denial names an unknown caller by its address, so it must not come from a cache of another address.
    [Fact]
    public void Denied_UnidentifiedCaller_NamesThisRequestsAddress()
    {
        var answers = new Answers(new AnswerOptions(null, default));
        var denial = Denial(Caller.Node.Instance, "/metadata/instance?api-version=2021-02-01");
        foreach (var address in new[] { "10.1.0.4", "10.1.0.5" })
        {
            Description(answers.Denied(denial, new Asker(Caller.Node.Instance, IPAddress.Parse(address), "1"), null)).ShouldContain($"(address {address}, request 1)");
        }
    }

    private static Caller.Pod Pod(string name) => new(new PodIdentity("shop", name, "1", "default", null, []));

    private static PolicySnapshot Policy(string json) => PolicySnapshot.Compile(PolicyLoader.Load(Encoding.UTF8.GetBytes(json)).Document!);

    private static ImdsRequest Parse(string target) => ImdsRequestParser.ParseTarget("GET", target).Request!;

    private static Denial Denial(Caller caller, string target) =>
        Nothing.Decide(caller, Parse(target)).ShouldBeOfType<Denial>();

    private static string Description(Answer answer) => (string)JsonNode.Parse(answer.Body.Span)!["error_description"]!;
}
