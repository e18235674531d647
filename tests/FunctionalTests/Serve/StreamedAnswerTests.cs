using ImdsProxy.FunctionalTests.Sharing;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The policy changes before the first byte of a streamed answer is sent.</summary>
public sealed class StreamedAnswerTests
{
    // Answers of this endpoint are never shared or redacted, so both modes stream them.
    private const string Streamed = "/metadata/attested/document?api-version=2021-02-01";

    [Fact]
    public async Task NewPolicy_BeforeAStreamedAnswer_IsRecordedWithItsRule()
    {
        var record = await AskWhileThePolicyChangesAsync(
            Streamed, Policies.Document("enforce", Rule("before", "attested/document")), Policies.Document("enforce", Rule("after", "attested/document")));

        record.Outcome.ShouldBe("allowed enforce after");
        record.Revision.ShouldBe(record.LastLoaded);
    }

    [Fact]
    public async Task NewAuditPolicy_BeforeAStreamedAnswer_IsRecordedWithItsVerdict()
    {
        var record = await AskWhileThePolicyChangesAsync(Streamed, Policies.Document("enforce", Rule("before", "attested/document")), Policies.Document("audit"));

        record.Outcome.ShouldBe("would-deny audit ");
        record.Revision.ShouldBe(record.LastLoaded);
    }

    // A streamed answer is not read as a whole, so it can no longer be redacted. It is passed on under the policy that
    // permitted the request.
    [Fact]
    public async Task NewRedactingPolicy_BeforeAStreamedAnswer_IsNotRecorded()
    {
        var record = await AskWhileThePolicyChangesAsync(
            "/metadata/instance/compute?api-version=2021-02-01",
            Policies.Document("audit", Rule("before", "instance/compute")),
            Policies.Document("enforce", Rule("after", "instance/compute", ""","redact":["compute.tags"]""")));

        record.Outcome.ShouldBe("allowed audit before");
        record.Revision.ShouldBe(record.FirstLoaded);
        record.IsRedacted.ShouldBeFalse();
    }

    private static string Rule(string name, string path, string more = "") =>
        $$"""{"name":"{{name}}","workloads":[{"namespaces":["shop"]}],"allow":[{"path":"/metadata/{{path}}"{{more}}}]}""";

    private static async Task<Seen> AskWhileThePolicyChangesAsync(string target, string before, string after)
    {
        await using var scene = await ProxyScene.StartAsync(
            before, options => options with { Upstream = options.Upstream with { Timeout = TimeSpan.FromSeconds(30) } });
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var answer = scene.GetAsync(Pods.Web, target);
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        await scene.UsePolicyAsync(after);
        held.Release();
        (await answer).Status.ShouldBe(200);

        var record = scene.Record();
        var loaded = scene.Audit.Events("policy-loaded");
        return new Seen(
            $"{record["verdict"]} {record["mode"]} {record["rule"]}",
            (string?)record["policyRevision"],
            (string?)loaded[0]["revision"],
            (string?)loaded[^1]["revision"],
            record["response"]!["redacted"] is not null);
    }

    private sealed record Seen(string Outcome, string? Revision, string? FirstLoaded, string? LastLoaded, bool IsRedacted);
}
