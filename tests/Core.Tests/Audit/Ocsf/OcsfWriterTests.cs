using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Ocsf;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Tests.Demands;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Audit.Ocsf;

public sealed class OcsfWriterTests
{
    [Fact]
    public void Facts_AreOfTheVersionThatIsWritten() => OcsfFacts.Version.ShouldBe(OcsfWriter.SchemaVersion);

    [Fact]
    public void TryWrite_AnyRequest_GivesAnActivityThatTheSchemaAllows() => Prop.ForAll(SampleLogs.Scene.ToArbitrary(), static scene =>
    {
        foreach (var line in SampleLogs.Record(scene).SelectMany(static log => log.Lines).Where(static line => !Encoding.UTF8.GetString(line).Contains("\"kind\":\"event\"", StringComparison.Ordinal)))
        {
            OcsfFacts.Problems(Converted(line)!).ShouldBeEmpty(Encoding.UTF8.GetString(line));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    public static TheoryData<Verdict, Reason, int, int, int, int> Verdicts => new()
    {
        { Verdict.Allowed, Reason.Rule, 200, 1, 1, 1 },
        { Verdict.Denied, Reason.NoRule, 403, 2, 2, 2 },
        { Verdict.WouldDeny, Reason.DenyRule, 200, 3, 17, 1 },
        { Verdict.Rejected, Reason.BadRequest, 400, 2, 25, 2 },
        { Verdict.Failed, Reason.UpstreamError, 502, 1, 27, 2 },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void TryWrite_EachVerdict_HasItsActionAndDisposition(Verdict verdict, Reason reason, int status, int action, int disposition, int success)
    {
        var activity = Converted(Line(SampleLog.Record(SampleLog.Start, SampleLog.Pod("shop", "web"), verdict, reason, status)))!;

        ((int)activity["action_id"]!, (int)activity["disposition_id"]!, (int)activity["status_id"]!).ShouldBe((action, disposition, success));
        ((string)activity["status_detail"]!).ShouldBe(reason.Name());
        OcsfFacts.Problems(activity).ShouldBeEmpty();
    }

    [Fact]
    public void TryWrite_ATokenForAPod_NamesThePodTheIdentityAndTheResource()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Start, SampleLog.Pod("shop", "web"), Want.Ingest());

        var activity = Converted(log.Lines[0])!;

        ((string)activity["src_endpoint"]!["name"]!, (string)activity["src_endpoint"]!["uid"]!).ShouldBe(("shop/web-0", "uid-shop-web-0"));
        ((string)activity["actor"]!["user"]!["name"]!).ShouldBe("system:serviceaccount:shop:web");
        ((string)activity["api"]!["operation"]!).ShouldBe("GET /metadata/identity/oauth2/token");
        ((string)activity["api"]!["request"]!["data"]!["resource"]!).ShouldBe(Want.Kusto);
        var resources = activity["resources"]!.AsArray();
        ((string)resources[0]!["name"]!, (string)resources[1]!["uid"]!).ShouldBe((Want.Kusto, Policy.Cluster.IngestId));
        ((long)activity["time"]!).ShouldBe(SampleLog.Start.ToUnixTimeMilliseconds());
        ((long)activity["type_uid"]!).ShouldBe(600_302);
    }

    [Fact]
    public void TryWrite_ACallerThatIsUnknown_HasStillAnActorAndASource()
    {
        var activity = Converted(Line(new AuditRecord
        {
            Timestamp = SampleLog.Start,
            Id = "0HN1",
            Verdict = Verdict.Rejected,
            Reason = Reason.BadRequest,
            Mode = PolicyMode.Enforce,
            Caller = Caller.Unknown.Instance,
            CallerIp = IPAddress.Parse("10.244.0.99"),
            RawTarget = "/\u001b[31m",
            Status = 400,
            Milliseconds = 0.1,
        }))!;

        OcsfFacts.Problems(activity).ShouldBeEmpty();
        ((int)activity["activity_id"]!).ShouldBe(0);
    }

    [Fact]
    public void TryWrite_AnEvent_IsLeftOut()
    {
        var log = new SampleLog();
        log.Add(SampleLog.Start, "policy-loaded");

        Converted(log.Lines[0]).ShouldBeNull();
    }

    [Theory]
    [InlineData("class_uid", null, "class_uid is required")]
    [InlineData("action_id", 7, "action_id has the value 7")]
    [InlineData("weather", 7, "weather is no attribute")]
    public void Facts_AnActivityThatBreaksTheSchema_IsFound(string attribute, int? value, string problem)
    {
        var activity = Converted(Line(SampleLog.Record(SampleLog.Start, SampleLog.Pod("shop", "web"), Verdict.Allowed, Reason.Rule)))!;
        if (value is null)
        {
            activity.Remove(attribute);
        }
        else
        {
            activity[attribute] = value;
        }

        OcsfFacts.Problems(activity).ShouldContain(problem, StringComparer.Ordinal);
    }

    private static byte[] Line(AuditRecord record)
    {
        var log = new SampleLog();
        log.Add(record);
        return log.Lines[0];
    }

    private static JsonObject? Converted(byte[] line)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        if (!new OcsfWriter(json).TryWrite(line))
        {
            return null;
        }

        json.Flush();
        return JsonNode.Parse(output.WrittenSpan)!.AsObject();
    }
}
