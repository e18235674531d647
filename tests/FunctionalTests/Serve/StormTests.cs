using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Many requests from several pods over many connections, while the policy is edited again and again.</summary>
public sealed class StormTests
{
    private const int Connections = 50;
    private const int RequestsEach = 200;
    private const int Edits = 20;

    private static readonly IPAddress[] Callers = [Pods.FluentBit, Pods.Web, Pods.Autoscaler, Pods.Quarantined];

    private static readonly string[] RequestedTargets =
    [
        Targets.Location, Targets.Instance, "/metadata/instance/compute?api-version=2021-02-01", Targets.KustoToken, Targets.Token(Targets.Management, $"client_id={Policies.Kubelet}"),
    ];

    // What each of the two policies permits, by pod and target, written down independently of the deciding code.
    private static readonly bool[][][] Permitted =
    [
        // The first: the cluster's policy.
        [
            [true, false, false, true, false],
            [false, false, false, false, false],
            [true, true, true, false, true],
            [false, false, false, false, false],
        ],
        // The second: everything for all pods, except the infected ones.
        [
            [true, true, true, true, true],
            [true, true, true, true, true],
            [true, true, true, true, true],
            [false, false, false, false, false],
        ],
    ];

    [Fact]
    public async Task Requests_DuringPolicyEdits_FollowTheOldOrTheNewPolicy()
    {
        await using var scene = await ProxyScene.StartAsync(
            Document(0), options => options with { Enforce = options.Enforce with { CallerRate = 1_000_000 }, Upstream = options.Upstream with { Timeout = TimeSpan.FromSeconds(30) }, Sharing = new() });
        var answers = new ConcurrentDictionary<string, (int Pod, int Target, int Status)>(StringComparer.Ordinal);
        var edits = EditAsync(scene);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => AskAsync(scene, connection, answers, () => edits.IsCompleted)));
        await edits;

        var records = scene.Audit.Requests;
        records.Count.ShouldBe(answers.Count);
        records.Count.ShouldBeGreaterThanOrEqualTo(Connections * RequestsEach);
        var revisions = Enumerable.Range(0, Edits + 1).ToDictionary(edit => PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes(Document(edit))).Revision, edit => edit % 2, StringComparer.Ordinal);
        foreach (var record in records)
        {
            IsRight(record, answers[Key(record)], revisions);
        }

        scene.Audit.All.Select(line => (long)line["seq"]!).ShouldBe(Enumerable.Range(1, scene.Audit.All.Count).Select(seq => (long)seq));
        records.Select(record => (string)record["policyRevision"]!).Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThan(Edits / 2);
        scene.Imds.Requests.Count.ShouldBe(records.Count(record => record["upstream"] is { } upstream && !(bool)upstream["cached"]!));
    }

    private static async Task EditAsync(ProxyScene scene)
    {
        for (var edit = 1; edit <= Edits; edit++)
        {
            await scene.UsePolicyAsync(Document(edit));
        }
    }

    // Continues until the policy has been edited often enough, however fast requests are answered.
    private static async Task AskAsync(ProxyScene scene, int number, ConcurrentDictionary<string, (int, int, int)> answers, Func<bool> isEdited)
    {
        var pod = number % Callers.Length;
        await using var connection = await RawConnection.ConnectAsync(scene.Proxy.EndPoint, Callers[pod], TimeSpan.FromMinutes(2));
        for (var i = 0; i < RequestsEach || !isEdited(); i++)
        {
            if (i >= RequestsEach)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            var target = (number + i) % RequestedTargets.Length;
            var id = $"storm-{number}-{i}";
            var answer = await connection.ExchangeAsync(RawRequest.Get(RequestedTargets[target]).With("User-Agent", id));
            answers.TryAdd(id, (pod, target, answer.ShouldNotBeNull().Status)).ShouldBeTrue();
        }
    }

    private static void IsRight(JsonNode record, (int Pod, int Target, int Status) answer, Dictionary<string, int> revisions)
    {
        var policy = revisions[(string)record["policyRevision"]!];
        var expected = Permitted[policy][answer.Pod][answer.Target] ? 200 : 403;
        answer.Status.ShouldBe(expected, record.ToJsonString());
        ((int)record["response"]!["status"]!).ShouldBe(expected);
        ((string?)record["verdict"]).ShouldBe(expected == 200 ? "allowed" : "denied");
    }

    private static string Key(JsonNode record) => (string)record["request"]!["userAgent"]!;

    // Every edit is a different document, with one of two meanings.
    private static string Document(int edit) =>
        (edit % 2 == 0 ? Policies.Cluster("enforce") : Policies.Document("enforce", Policies.AllowAll, Policies.Quarantine)) + new string(' ', edit);
}
