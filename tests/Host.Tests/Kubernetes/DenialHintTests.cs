using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using ImdsProxy.Explain;
using ImdsProxy.Kubernetes.Events;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

/// <summary>The permission that an Event or <c>policy explain</c> shows for a denial allows the request once it is pasted into a policy.</summary>
public sealed partial class DenialHintTests
{
    private const string ClientId = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string ObjectId = "b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1";
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
    private const string Versions = "/metadata/versions?api-version=2021-02-01";

    private static readonly Caller.Pod Web = new(new PodIdentity("shop", "web-1", "u", "web", null, []));
    private static readonly PolicySnapshot Policy = Compile("");

    public static TheoryData<Reason, string, string> Denials => new()
    {
        { Reason.NoRule, "GET", Token + "&client_id=" + ClientId },
        { Reason.NoRule, "GET", Token + "&object_id=" + ObjectId + "&authority=a" },
        { Reason.NoRule, "GET", "/metadata/instance/compute?api-version=2021-02-01&x=1&y=2" },
        { Reason.NoRule, "POST", "/metadata/scheduledevents?api-version=2019-08-01" },
        { Reason.UnknownEndpoint, "GET", "/latest/meta-data" },
        { Reason.UnknownEndpoint, "GET", "/latest/meta-data?x=1" },
        { Reason.UnknownParameter, "GET", Versions + "&x=1" },
        { Reason.UnknownParameter, "GET", Versions + "&x=1&y=2" },
    };

    [Theory]
    [MemberData(nameof(Denials))]
    public void Event_PastedIntoAPolicy_AllowsTheRequest(Reason reason, string method, string target)
    {
        var message = Message(reason, method, target);

        message.Length.ShouldBeLessThanOrEqualTo(1024);
        Pasted(message).Decide(Web, Parse(method, target)).ShouldBeOfType<Permit>();
    }

    [Theory]
    [MemberData(nameof(Denials))]
    public void Explain_PastedIntoAPolicy_AllowsTheRequest(Reason reason, string method, string target)
    {
        Policy.Decide(Web, Parse(method, target)).ShouldBeOfType<Denial>().Reason.ShouldBe(reason);
        var explained = Explained.Of(Policy, IPAddress.Loopback, Web, GivenRequest.Of($"{method} {target}", []));

        Pasted(explained.Text).Decide(Web, Parse(method, target)).ShouldBeOfType<Permit>();
    }

    // A truncated permission would not be a valid policy, so the Event shows none.
    [Fact]
    public void Event_WithoutRoomForThePermission_PointsToExplain()
    {
        var message = Message(Reason.UnknownEndpoint, "GET", "/" + new string('a', 900));

        message.ShouldEndWith("too long for an Event; imds-proxy policy explain prints it.");
        message.ShouldNotContain("\"path\"");
    }

    private static string Message(Reason reason, string method, string target)
    {
        var request = Parse(method, target);
        Policy.Decide(Web, request).ShouldBeOfType<Denial>().Reason.ShouldBe(reason);
        return DenialMessage.Of(
            new AuditRecord
            {
                Timestamp = DateTimeOffset.UnixEpoch,
                Id = "1",
                Verdict = Verdict.Denied,
                Reason = reason,
                Mode = PolicyMode.Enforce,
                Caller = Web,
                Request = request,
                Status = 403,
                Milliseconds = 1,
            },
            Policy);
    }

    private static PolicySnapshot Pasted(string text) => Compile(
        $$""",{"name":"pasted","workloads":[{{Workload().Match(text).Value}}],"allow":[{{Permission().Match(text).Value}}]}""");

    private static ImdsRequest Parse(string method, string target) => ImdsRequestParser.ParseTarget(method, target).Request.ShouldNotBeNull();

    private static PolicySnapshot Compile(string pasted)
    {
        var load = PolicyLoader.Load(Encoding.UTF8.GetBytes(
            $$$"""
            {"version":1,"mode":"enforce","identities":{"vault":{"clientId":"{{{ClientId}}}","objectId":"{{{ObjectId}}}"}},
            "rules":[{"name":"versions","workloads":[{"namespaces":["shop"]}],"allow":[{"path":"/metadata/versions"}]}{{{pasted}}}]}
            """));
        return PolicySnapshot.Compile(load.Document.ShouldNotBeNull(string.Join('\n', load.Problems)));
    }

    [GeneratedRegex("""\{[^{}]*"namespaces"[^{}]*\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Workload();

    [GeneratedRegex("""\{[^{}]*"path"[^{}]*\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Permission();
}
