using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using ImdsProxy.FunctionalTests.Audit;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench.Replay;

/// <summary>
/// Replay equals reality: random requests are served in audit mode under one policy, and then under another one that is enforced. Simulating the
/// second policy on the log of the first run must predict the second run.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayTests(ITestOutputHelper output) : IDisposable
{
    private const string NumberVariable = "IMDS_PROXY_REPLAY_REQUESTS";
    private const int Usual = 10_000;
    private const string SeedVariable = "IMDS_PROXY_REPLAY_SEED";
    private const int UsualSeed = 20261129;
    private const double MostNotJudged = 0.01;
    private const int Senders = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("replay-");

    private static int Number => Setting(NumberVariable, Usual);

    private static int Setting(string variable, int usual) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    [Fact]
    public async Task Simulate_LogOfAuditMode_PredictsEachVerdictOfTheEnforcedPolicy()
    {
        var random = new Random(Setting(SeedVariable, UsualSeed));
        var policies = new ReplayPolicies(random);
        var (audited, enforced) = (policies.Next("audit", ""), policies.Next("enforce", "\"auditOnly\":[{\"namespaces\":[\"infra\"]}],"));
        var requests = new ReplayRequests(random);
        List<ReplayRequest> sent = [.. Enumerable.Range(0, Number).Select(requests.Next)];
        await using var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { Identities = ReplayRequests.Identities, RememberedRequests = 0 });

        var before = await ServeAsync("before", audited, imds.Address, sent);
        var after = await ServeAsync("after", enforced, imds.Address, sent);
        var policy = Path.Combine(_directory.FullName, "after", "policy.json");
        var (exit, answer, errors) = await ProgramRun.OfAsync("policy", "simulate", policy, Log("before"), "--as-written", "-o", "json");

        exit.ShouldBe(1, errors);
        Compare(sent.Count, before, after, JsonNode.Parse(answer)!);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private void Compare(int sent, IReadOnlyDictionary<int, ReplayedRecord> before, IReadOnlyDictionary<int, ReplayedRecord> after, JsonNode answer)
    {
        var summary = answer["summary"]!;
        long Sum(string name) => (long)summary[name]!;
        output.WriteLine($"{sent} requests: unchanged {Sum("unchanged")}, would break {Sum("wouldBreak")}, would open {Sum("wouldOpen")}, not judged {Sum("notJudged")}");
        before.Count.ShouldBe(sent);
        after.Count.ShouldBe(sent);
        (Sum("unchanged") + Sum("wouldBreak") + Sum("wouldOpen") + Sum("notJudged")).ShouldBe(sent);
        ((double)Sum("notJudged") / sent).ShouldBeLessThan(MostNotJudged, answer["items"]!.ToJsonString());

        // A comparison in which nothing changes would prove nothing.
        Sum("wouldBreak").ShouldBeGreaterThan(sent / 10);
        Sum("wouldOpen").ShouldBeGreaterThan(0);

        var items = answer["items"]!.AsArray().Where(static item => item!["demand"] is not null)
            .ToLookup(static item => ReplayedRecord.KeyOfDemand(item!["demand"]!), static item => (Outcome: (string)item!["outcome"]!, Requests: (long)item["requests"]!), StringComparer.Ordinal);
        foreach (var demand in before.Where(static record => record.Value.IsJudged).GroupBy(static record => record.Value.Key, StringComparer.Ordinal))
        {
            var unjudged = Predicted("not-judged");
            var breaks = demand.Count(record => record.Value.IsLetThrough && !after[record.Key].IsLetThrough);
            var opens = demand.Count(record => !record.Value.IsLetThrough && after[record.Key].IsLetThrough);
            Predicted("would-break").ShouldBeInRange(breaks - unjudged, breaks, demand.Key);
            Predicted("would-open").ShouldBeInRange(opens - unjudged, opens, demand.Key);

            long Predicted(string outcome) => items[demand.Key].Where(item => item.Outcome == outcome).Sum(static item => item.Requests);
        }
    }

    private string Log(string name) => Path.Combine(_directory.FullName, name, "log");

    // Serves all requests and returns their records by number.
    private async Task<IReadOnlyDictionary<int, ReplayedRecord>> ServeAsync(string name, string policy, Uri imds, IReadOnlyList<ReplayRequest> requests)
    {
        var directory = _directory.CreateSubdirectory(name).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), policy);
        await File.WriteAllTextAsync(Path.Combine(directory, "callers.json"), ReplayPod.CallersFile);

        var check = await ProgramRun.OfAsync("policy", "check", Path.Combine(directory, "policy.json"));
        check.Exit.ShouldBe(0, check.Output + check.Errors);

        // Each request gets a record of its own.
        using (var proxy = await ServeProcess.StartAsync(directory, imds, "--caller-rate", "1000000"))
        {
            await SendAsync(new IPEndPoint(IPAddress.Loopback, proxy.Address.Port), requests);
        }

        var (exit, lines, errors) = await ProgramRun.OfAsync("audit", "search", Log(name), "-o", "json");
        exit.ShouldBe(0, errors);
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonNode.Parse(line)!)
            .Where(static line => (string?)line["kind"] == "request")
            .Select(ReplayedRecord.Of)
            .ToDictionary(static record => record.Number);
    }

    // Each sender serves some of the pods, each of which has one connection.
    private static Task SendAsync(IPEndPoint proxy, IReadOnlyList<ReplayRequest> requests) => Task.WhenAll(requests
        .GroupBy(static request => request.Pod)
        .Select(static (pod, at) => (Pod: pod, Sender: at % Senders))
        .GroupBy(static pod => pod.Sender, static pod => pod.Pod)
        .Select(pods => Task.Run(async () =>
        {
            foreach (var pod in pods)
            {
                await SendAsync(proxy, pod.Key.Address, [.. pod.Select(static request => request.Request)]);
            }
        })));

    private static async Task SendAsync(IPEndPoint proxy, IPAddress pod, IReadOnlyList<RawRequest> requests)
    {
        RawConnection? connection = null;
        foreach (var request in requests)
        {
            connection ??= await RawConnection.ConnectAsync(proxy, pod, Patience);
            var answer = (await connection.ExchangeAsync(request)).ShouldNotBeNull();
            if (string.Equals(answer.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase))
            {
                await connection.DisposeAsync();
                connection = null;
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
