using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Requests;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Sends the whole table of request targets, raw, through one proxy. The requests that IMDS received prove the rest.</summary>
public sealed class VectorTests
{
    private const string CanonicalAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?&=%";

    [Fact]
    public async Task Vectors_PermissivePolicy_ReachImdsCanonicalOrNotAtAll()
    {
        await using var scene = await StartAsync(Policies.Document("enforce", Policies.AllowAll));
        foreach (var vector in RequestVectors.All)
        {
            var (status, record, heard) = await SendAsync(scene, vector, Pods.Web);
            if (vector.OutcomeKind == VectorOutcome.Reject)
            {
                status.ShouldBeInRange(400, 499, vector.Name);
                ((string?)record["verdict"]).ShouldBe("rejected", vector.Name);
                heard.ShouldBeEmpty(vector.Name);
            }
            else
            {
                heard.ShouldHaveSingleItem(vector.Name).Split('?')[0].ShouldBe(vector.OutcomePath, vector.Name);
                ((string?)record["verdict"]).ShouldBe("allowed", vector.Name);
                ((string?)record["request"]!["path"]).ShouldBe(vector.OutcomePath, vector.Name);
            }
        }

        scene.Imds.Requests.ShouldAllBe(request => IsCanonical(request.Method, request.Target));
        IsNumberedWithoutGaps(scene);
    }

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public async Task Vectors_PolicyWithoutRules_ReachImdsInAuditModeOnly(string mode)
    {
        await using var scene = await StartAsync(Policies.Document(mode));
        foreach (var vector in RequestVectors.All)
        {
            var (_, record, heard) = await SendAsync(scene, vector, Pods.Web);
            var parses = vector.OutcomeKind != VectorOutcome.Reject;
            heard.Length.ShouldBe(parses && mode == "audit" ? 1 : 0, vector.Name);
            ((string?)record["verdict"]).ShouldBe(!parses ? "rejected" : mode == "audit" ? "would-deny" : "denied", vector.Name);
        }

        scene.Imds.Requests.ShouldAllBe(request => IsCanonical(request.Method, request.Target));
        IsNumberedWithoutGaps(scene);
    }

    [Fact]
    public async Task Vectors_OfAQuarantinedPod_NeverReachImds()
    {
        await using var scene = await StartAsync(Policies.Document("enforce", Policies.AllowAll, Policies.Quarantine));
        foreach (var vector in RequestVectors.All)
        {
            var (_, record, heard) = await SendAsync(scene, vector, Pods.Quarantined);
            heard.ShouldBeEmpty(vector.Name);
            ((string?)record["verdict"]).ShouldBe(vector.OutcomeKind == VectorOutcome.Reject ? "rejected" : "denied", vector.Name);
        }
    }

    // On a loaded machine, IMDS's first answer can take longer than the one second that a scene allows.
    private static Task<ProxyScene> StartAsync(string policy) =>
        ProxyScene.StartAsync(policy, options => options with { Upstream = options.Upstream with { Timeout = TimeSpan.FromSeconds(30) } });

    private static async Task<(int Status, JsonNode Record, ImmutableArray<string> Heard)> SendAsync(ProxyScene scene, RequestVector vector, IPAddress pod)
    {
        var heard = scene.Imds.Requests.Count;
        var records = scene.Audit.Requests.Count;
        var answer = await scene.SendAsync(pod, vector.ToRequest());

        // Kestrel answers a request that it refuses before the record is written. The minute keeps a busy machine from looking
        // like a lost record.
        await Eventually.HoldsAsync(() => scene.Audit.Requests.Count > records, TimeSpan.FromMinutes(1));
        var record = scene.Audit.Requests.Skip(records).ShouldHaveSingleItem(vector.Name);
        return (answer.Status, record, [.. scene.Imds.Requests.Skip(heard).Select(request => request.Target)]);
    }

    private static bool IsCanonical(string method, string target) =>
        target.All(c => CanonicalAlphabet.Contains(c))
        && ImdsRequestParser.ParseTarget(method, target).Request?.PathAndQuery == target;

    private static void IsNumberedWithoutGaps(ProxyScene scene) =>
        scene.Audit.All.Select(line => (long)line["seq"]!).ShouldBe(Enumerable.Range(1, scene.Audit.All.Count).Select(seq => (long)seq));
}
