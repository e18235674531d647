using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class DemandReducerTests
{
    private static readonly Caller.Pod Web = SampleLog.Pod("shop", "web");

    [Fact]
    public void Add_EqualRequests_AreOneDemandWithItsEvidence()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        for (var day = 0; day < 3; day++)
        {
            proxy.Serve(SampleLog.Day(day), Web, Want.Ingest());
            proxy.Serve(SampleLog.Day(day + 0.5), SampleLog.Pod("shop", "web", "1"), Want.Ingest(), agent: "curl/8");
        }

        var demand = SampleLog.Reduce(log).Demands.ShouldHaveSingleItem();

        demand.Requests.ShouldBe(6);
        demand.Days.ShouldBe(3);
        demand.PodCount.ShouldBe(2);
        demand.PodNames.ShouldBe(["web-0", "web-1"]);
        demand.UserAgents.ShouldBe(["azsdk-net-Identity/1.21", "curl/8"]);
        demand.Nodes.ShouldBe(1);
        demand.Statuses[200].ShouldBe(6);
        demand.Answer.ShouldBe(new DemandAnswer(Cluster.IngestId, Want.Kusto, null));
        demand.Verdicts[Verdict.WouldDeny].ShouldBe(6);
        (demand.FirstSeen, demand.First, demand.Last).ShouldBe((SampleLog.Day(0), SampleLog.Day(0), SampleLog.Day(2.5)));
        demand.Id.ShouldMatch("^d-[0-9a-f]{12}$");
    }

    // Uids that differ in the last byte of a word are the hardest to tell apart for a hash of products.
    [Fact]
    public void Add_PodsWhoseUidsDifferInOneByte_AreToldApart()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        foreach (var next in "0123456789jklmno")
        {
            foreach (var uid in new[] { $"00000001{next}0000000", $"0000000a{next}0000000" })
            {
                proxy.Serve(SampleLog.Day(0), new Caller.Pod(new PodIdentity("shop", "web-0", uid, $"web-{next}", "Deployment/web", [])), Want.Location);
            }
        }

        SampleLog.Reduce(log).Demands.Select(static demand => demand.PodCount).ShouldBe(Enumerable.Repeat(2, 16));
    }

    // The lines take turns, so each one is counted for another pod and another day than the one before.
    [Fact]
    public void Add_EqualLinesOfPodsAndDaysInTurns_CountEachPodAndDay()
    {
        const int pods = 30;
        const int days = 40;
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        for (var n = 0; n < pods * days; n++)
        {
            proxy.Serve(SampleLog.Day(n * 7 % days), SampleLog.Pod("shop", "web", $"{n % pods:d2}", labels: ("app", $"web-{n % 3}")), Want.Location);
        }

        var demand = SampleLog.Reduce(log).Demands.ShouldHaveSingleItem();

        (demand.Requests, demand.PodCount, demand.Nodes, demand.Statuses[200]).ShouldBe((pods * days, pods, 1, pods * days));
        demand.PodNames.ShouldBe(["web-00", "web-01", "web-02", "web-03", "web-04"]);
        var part = demand.Parts.ShouldHaveSingleItem();
        part.PerDay.ShouldBe(Enumerable.Range(0, days).Select(static day => new DayCount(DateOnly.FromDateTime(SampleLog.Day(day).UtcDateTime), pods)));
        part.Labels.Sum(static labels => labels.Requests).ShouldBe(pods * days);
    }

    public static TheoryData<string, string, string> Differences => new()
    {
        { "the resource", Want.Ingest(), Want.Ingest(Want.Vault) },
        { "the selector", Want.Ingest(), Want.Token(Want.Kusto, $"&object_id={Cluster.Ingest.ObjectId}") },
        { "an extra key", Want.Location, Want.Location + "&foo=1" },
        { "the path", Want.Location, Want.Instance },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Add_RequestsThatDiffer_AreTwoDemands(string difference, string one, string other)
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), Web, one);
        proxy.Serve(SampleLog.Day(0.1), Web, other);

        SampleLog.Reduce(log).Demands.Select(static demand => demand.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(2, difference);
    }

    [Fact]
    public void Add_RequestsThatDifferInVersionAndValuesOnly_AreOneDemand()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), Web, Want.Location + "&foo=1");
        proxy.Serve(SampleLog.Day(0.1), Web, "/metadata/instance/compute/location?foo=2&api-version=2020-09-01");

        SampleLog.Reduce(log).Demands.ShouldHaveSingleItem().Key.ExtraQuery.ShouldBe(["foo"]);
    }

    [Fact]
    public void Add_EqualRequestsWithTwoAnswers_AreADemandForEachAndOneWithout()
    {
        var log = new SampleLog();
        Record(log, 0, Issued(Cluster.KubeletId));
        Record(log, 0.1, Issued(Cluster.IngestId));
        Record(log, 0.2, null);

        var demands = SampleLog.Reduce(log).Demands;

        demands.Select(static demand => demand.Answer?.ClientId).ShouldBe([Cluster.KubeletId, Cluster.IngestId, null], ignoreOrder: true);
        demands.Select(static demand => demand.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
    }

    [Fact]
    public void Add_DeniedAndAnsweredRequests_AreOneDemandWithTheAnswer()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Ingest());
        new SampleProxy(Cluster.Document(PolicyMode.Enforce), log).Serve(SampleLog.Day(1), Web, Want.Ingest());

        var demand = SampleLog.Reduce(log).Demands.ShouldHaveSingleItem();

        demand.Parts.Select(static part => (part.Verdict, part.Outcome)).ShouldBe([(Verdict.WouldDeny, DemandOutcome.Answered), (Verdict.Denied, DemandOutcome.Denied)]);
    }

    [Fact]
    public void Add_CredentialThatWasWithheld_KeepsWhatImdsAnswered()
    {
        var log = new SampleLog();
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("one", [Cluster.Allow(Scene.Token) with { Identities = ["adx-ingest"] }], []));
        new SampleProxy(policy, log).Serve(SampleLog.Day(0), Web, Want.Token(Want.Arm));

        var demand = SampleLog.Reduce(log).Demands.ShouldHaveSingleItem();

        demand.Answer.ShouldBe(new DemandAnswer(Cluster.KubeletId, Want.Arm, null));
        demand.Parts.ShouldHaveSingleItem().Outcome.ShouldBe(DemandOutcome.Withheld);
        demand.IsAnswered.ShouldBeFalse();
    }

    public static TheoryData<string, string, string, int, string?> Causes => new()
    {
        { "denied", "rate-limited", "pod", 429, "rate-limited" },
        { "would-deny", "rate-limited", "pod", 200, "rate-limited" },
        { "denied", "caller-unknown", "unknown", 503, "caller-unknown" },
        { "denied", "caller-ambiguous", "ambiguous", 403, "caller-ambiguous" },
        { "denied", "caller-is-node", "node", 403, "caller-is-node" },
        { "failed", "upstream-error", "pod", 502, "failed" },
        { "denied", "not-ready", "pod", 503, "not-ready" },
        { "rejected", "bad-request", "pod", 400, "malformed" },
        { "denied", "deny-rule", "pod", 403, null },
        { "denied", "pin-ambiguous", "pod", 403, null },
        { "allowed", "rule", "pod", 200, null },
        { "rejected", "missing-header", "pod", 400, null },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Add_RecordOfAVerdictAndReason_CountsAsTheContractSays(string verdict, string reason, string caller, int status, string? cause)
    {
        var log = new SampleLog();
        log.Add(Requested(SampleLog.Record(
            SampleLog.Day(0),
            caller switch { "pod" => Web, "node" => Caller.Node.Instance, "ambiguous" => Caller.Ambiguous.Instance, _ => Caller.Unknown.Instance },
            Enum.GetValues<Verdict>().Single(one => one.Name() == verdict),
            Enum.GetValues<Reason>().Single(one => one.Name() == reason),
            status)));

        var table = SampleLog.Reduce(log);

        table.NotJudged.Select(static entry => (entry.Key.Name(), entry.Value)).ShouldBe(cause is null ? Array.Empty<(string, long)>() : [(cause, 1L)]);
        table.Demands.Length.ShouldBe(cause is null ? 1 : 0);
        table.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("\"verdict\":\"would-deny\"", "\"verdict\":\"deferred\"", "unknown-record")]
    [InlineData("\"reason\":\"no-rule\"", "\"reason\":\"new-reason\"", "unknown-record")]
    public void Add_RecordOfANewerVersion_IsCountedAndNotJudged(string text, string newer, string cause)
    {
        var log = new SampleLog();
        log.Add(Requested(SampleLog.Record(SampleLog.Day(0), Web, Verdict.WouldDeny, Reason.NoRule)), line => line.Replace(text, newer, StringComparison.Ordinal));

        SampleLog.Reduce(log).NotJudged.ShouldHaveSingleItem().Key.Name().ShouldBe(cause);
    }

    [Fact]
    public void Add_Summary_CountsItsRequestsAsNotJudged()
    {
        var log = new SampleLog();
        log.Add(new AuditRecord
        {
            Timestamp = SampleLog.Day(0),
            Id = "s1",
            Verdict = Verdict.Denied,
            Reason = Reason.NoRule,
            Mode = PolicyMode.Enforce,
            Caller = Web,
            Status = 403,
            Milliseconds = 0,
            Summed = 500,
        });

        SampleLog.Reduce(log).NotJudged[NotJudged.Summary].ShouldBe(500);
    }

    [Fact]
    public void Add_ProbeThatOnlyTheStatusShows_IsAProbe()
    {
        var log = new SampleLog();
        log.Add(Requested(SampleLog.Record(SampleLog.Day(0), Web, Verdict.WouldDeny, Reason.NoRule, 400)));

        SampleLog.Reduce(log).Demands.ShouldHaveSingleItem().Key.IsProbe.ShouldBeTrue();
    }

    [Fact]
    public void Add_TruncatedRecord_IsMarked()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, "/metadata/instance/" + new string('a', 2000) + "?api-version=1");

        SampleLog.Reduce(log).Demands.ShouldHaveSingleItem().Key.IsCut.ShouldBeTrue();
    }

    [Fact]
    public void Add_UnknownParameterOfAnOldRecord_LacksItsName()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        var old = new SampleLog();
        old.Add(Requested(SampleLog.Record(SampleLog.Day(0), Web, Verdict.Denied, Reason.UnknownParameter, 403)));

        SampleLog.Reduce(old).Demands.ShouldHaveSingleItem().Key.LacksExtraQuery.ShouldBeTrue();
        SampleLog.Reduce(log).Demands.ShouldHaveSingleItem().Key.LacksExtraQuery.ShouldBeFalse();
    }

    [Fact]
    public void Since_OfAnEarlierRequest_DoesNotChangeWhenItWasFirstSeen()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), Web, Want.Location);
        proxy.Serve(SampleLog.Day(0), Web, Want.Instance);
        proxy.Serve(SampleLog.Day(10), Web, Want.Location);

        var table = SampleLog.Reduce(new ReduceOptions { Since = SampleLog.Day(5), Until = SampleLog.Day(20) }, log);

        var demand = table.Demands.ShouldHaveSingleItem();
        (demand.FirstSeen, demand.First, demand.Requests).ShouldBe((SampleLog.Day(0), SampleLog.Day(10), 1L));
        table.Requests.ShouldBe(1);
        table.Coverage.From.ShouldBe(SampleLog.Day(10));
    }

    [Fact]
    public void Filter_OfANamespace_CountsItsRequestsAndCoversAllLines()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), SampleLog.Pod("logging", "fluent-bit"), Want.Location);
        proxy.Serve(SampleLog.Day(1), Web, Want.Location);
        var filter = new AuditQueryBuilder();
        filter.Add("namespace", "shop", negated: false);

        var table = SampleLog.Reduce(new ReduceOptions { Filter = filter.Build() }, log);

        table.Demands.ShouldHaveSingleItem().Key.Workload.Namespace.ShouldBe("shop");
        table.Coverage.From.ShouldBe(SampleLog.Day(0));
        table.Coverage.Gaps.ShouldNotContain(static gap => gap.Kind == GapKind.Hole);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"ts\":\"yesterday\",\"kind\":\"request\"}")]
    [InlineData("{\"ts\":\"2026-11-21T04:30:00.1234567Z\",\"kind\":\"request\",\"id\":\"0HN1\",\"verdict\":")]
    [InlineData("[1]")]
    public void Add_LineThatIsNoRecord_IsSkipped(string line)
    {
        var reducer = new DemandReducer(new ReduceOptions());
        reducer.Add(Encoding.UTF8.GetBytes(line));

        DemandReducer.Finish([reducer]).Skipped.ShouldBe(1);
    }

    // As everywhere in the log, the first of several members counts.
    [Theory]
    [InlineData("\"namespace\":\"shop\"", "\"namespace\":\"shop\",\"namespace\":\"kube-system\"")]
    [InlineData("\"uid\":", "\"uid\":\"uid-shop-web-0\",\"uid\":")]
    [InlineData("\"node\":\"aks-1\"", "\"node\":\"aks-1\",\"node\":7,\"node\":{\"a\":[1]},\"seq\":1")]
    [InlineData("\"method\":\"GET\"", "\"method\":\"GET\",\"method\":\"POST\",\"path\":null")]
    [InlineData("\"verdict\":\"would-deny\"", "\"verdict\":\"would-deny\",\"verdict\":\"denied\",\"kind\":\"event\"")]
    public void Add_MembersThatOccurTwice_CountAsTheFirst(string text, string twice)
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        var line = Encoding.UTF8.GetString(log.Lines[0]);
        line.ShouldContain(text);
        var reducer = new DemandReducer(new ReduceOptions());

        reducer.Add(log.Lines[0]);
        reducer.Add(Encoding.UTF8.GetBytes(line.Replace(text, twice, StringComparison.Ordinal)));

        var table = DemandReducer.Finish([reducer]);
        table.Skipped.ShouldBe(0);
        table.Demands.ShouldHaveSingleItem().Requests.ShouldBe(2);
        table.Coverage.Nodes.ShouldBe(["aks-1"]);
    }

    [Fact]
    public void AddLines_OfAContainerRuntime_SkipsItsPrefix()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        var reducer = new DemandReducer(new ReduceOptions());
        reducer.AddLines([.. "2026-11-21T04:30:00Z stdout F "u8, .. log.Lines[0], .. "\r\n"u8, .. log.Lines[0], (byte)'\n']);

        DemandReducer.Finish([reducer]).Demands.ShouldHaveSingleItem().Requests.ShouldBe(2);
    }

    // A text that a pod chooses must not be taken for a member of its record.
    [Theory]
    [InlineData("\",\"seq\":1,\"prev\":\"")]
    [InlineData("x\",\"caller\":{\"ip\":\"1.1.1.1\",\"namespace\":\"kube-system")]
    [InlineData("\\\"},\"issued\":{\"clientId\":\"x\"},\"a\":{\"b\":\"")]
    [InlineData(",\"expiresOn\":\"")]
    public void Add_HostileUserAgent_StaysAUserAgent(string agent)
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), Web, Want.Location, agent: agent);
        proxy.Serve(SampleLog.Day(0.1), Web, Want.Location, agent: agent);

        var demand = SampleLog.Reduce(log).Demands.ShouldHaveSingleItem();

        (demand.Key.Workload.Namespace, demand.Answer, demand.Requests).ShouldBe(("shop", null, 2L));
        demand.UserAgents.ShouldBe([agent]);
    }

    [Fact]
    public void Add_FloodOfPaths_FoldsTheUnansweredDemandsOfItsWorkloadAlone()
    {
        const int flood = 5000;
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        var fluentBit = SampleLog.Pod("logging", "fluent-bit");
        foreach (var pod in new[] { Web, fluentBit })
        {
            proxy.Serve(SampleLog.Day(0), pod, Want.Ingest());
            proxy.Serve(SampleLog.Day(0), pod, Want.Location);
            proxy.Serve(SampleLog.Day(0), pod, "/metadata/instance/nothing?api-version=1");
        }

        for (var i = 0; i < flood; i++)
        {
            proxy.Serve(SampleLog.Day(1), Web, string.Create(CultureInfo.InvariantCulture, $"/latest/{i}"));
            proxy.Serve(SampleLog.Day(1), Web, string.Create(CultureInfo.InvariantCulture, $"{Want.Location}&k{i}=1"));
        }

        var table = SampleLog.Reduce(new ReduceOptions { MaxRowsPerWorkload = 64 }, log);

        var demands = table.Demands.ToLookup(static demand => demand.Key.Workload.Namespace, StringComparer.Ordinal);
        demands["logging"].Count().ShouldBe(3);
        demands["shop"].Count().ShouldBe(64);
        demands["shop"].Count(static demand => demand is { IsAnswered: true, Key.ExtraNames: "" }).ShouldBe(3);
        demands["shop"].ShouldNotContain(static demand => !demand.IsAnswered);
        var folded = table.Workloads.ToDictionary(static workload => workload.Workload.Namespace, static workload => workload.Folded, StringComparer.Ordinal);
        folded["logging"].ShouldBe(0);
        (folded["shop"] + demands["shop"].Sum(static demand => demand.Requests)).ShouldBe((2 * flood) + 3);
    }

    [Fact]
    public void Finish_OfReducersInAnyOrder_GivesTheSameTable() => Prop.ForAll(
        SampleLogs.Scene.SelectMany(static scene => Gen.Choose(0, int.MaxValue - 1).Select(seed => (scene, seed))).ToArbitrary(),
        static sample =>
        {
            var random = new Random(sample.seed);
            var lines = SampleLogs.Record(sample.scene).SelectMany(static log => log.Lines).ToArray();
            var options = new ReduceOptions { MaxRowsPerWorkload = 16, LabelKeys = ["app"], Since = SampleLog.Day(2) };
            var expected = TableText.Of(Reduce(options, [lines]));
            random.Shuffle(lines);
            TableText.Of(Reduce(options, [[], .. lines.GroupBy(_ => random.Next(3)).Select(static part => part.ToArray())])).ShouldBe(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Finish_OfReducersOfSeveralThreads_GivesTheSameTable() => Prop.ForAll(
        SampleLogs.Scene.ToArbitrary(),
        static scene =>
        {
            const int threads = 3;
            var lines = SampleLogs.Record(scene).SelectMany(static log => log.Lines).ToArray();
            var options = new ReduceOptions { MaxRowsPerWorkload = 16, LabelKeys = ["app"], Since = SampleLog.Day(2) };
            var reducers = DemandReducer.ForThreads(options, threads);

            Parallel.For(0, threads, thread =>
            {
                for (var i = thread; i < lines.Length; i += threads)
                {
                    reducers[thread].Add(lines[i]);
                }
            });

            TableText.Of(DemandReducer.Finish(reducers)).ShouldBe(TableText.Of(Reduce(options, [lines])));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    // The fast way must understand a line as the parser does. A filter that selects every line makes each of them be parsed.
    [Fact]
    public void Add_LinesInTheWritersForm_AreUnderstoodAsWhenParsed() => Prop.ForAll(
        SampleLogs.Scene.ToArbitrary(),
        static scene =>
        {
            var lines = SampleLogs.Record(scene).SelectMany(static log => log.Lines).ToArray();
            var everything = new ReduceOptions { Filter = new AuditQueryBuilder().Build() };
            TableText.Of(Reduce(new ReduceOptions(), [lines])).ShouldBe(TableText.Of(Reduce(everything, [lines])));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static DemandTable Reduce(ReduceOptions options, IReadOnlyList<byte[][]> parts)
    {
        var reducers = parts.Select(_ => new DemandReducer(options)).ToList();
        foreach (var (reducer, lines) in reducers.Zip(parts))
        {
            foreach (var line in lines)
            {
                reducer.Add(line);
            }
        }

        return DemandReducer.Finish(reducers);
    }

    private static AuditRecord Requested(AuditRecord record) => new()
    {
        Timestamp = record.Timestamp,
        Id = record.Id,
        Verdict = record.Verdict,
        Reason = record.Reason,
        Mode = record.Mode,
        Caller = record.Caller,
        Request = Cluster.Request(Want.Location),
        Status = record.Status,
        Milliseconds = 1,
    };

    private static IssuedCredential Issued(string clientId) => new(null, clientId, Want.Arm, null, null);

    private static void Record(SampleLog log, double day, IssuedCredential? issued) => log.Add(new AuditRecord
    {
        Timestamp = SampleLog.Day(day),
        Id = "1",
        Verdict = issued is null ? Verdict.Denied : Verdict.WouldDeny,
        Reason = Reason.NoRule,
        Mode = PolicyMode.Audit,
        Caller = Web,
        Request = Cluster.Request(Want.Token(Want.Arm)),
        Status = issued is null ? 403 : 200,
        UpstreamStatus = issued is null ? null : 200,
        Issued = issued,
        Milliseconds = 1,
    });
}
