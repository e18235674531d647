using System.Globalization;
using System.Text;
using ImdsProxy.Audit.Search;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class AuditRendererTests
{
    private const string Hostile = """{"ts":"2026-11-21T04:30:00.1234567Z","kind":"request","verdict":"rejected","reason":"bad-request","caller":{"ip":"10.1.0.6","namespace":"web","pod":"shop-1"},"request":{"method":"GET","rawTarget":"/\u001b[2J\n\u202e","error":"no","userAgent":"=cmd|' /C calc'!A0,\"x\""},"response":{"status":400},"ms":0.12}""";

    private const string PodSeen = """{"ts":"2026-11-21T04:30:00.1234567Z","kind":"event","event":"pod-seen","node":"aks-1","instance":"b7f1","seq":7,"prev":"9c1e","namespace":"web","pod":"shop-1","uid":"0f3d","serviceAccount":"shop","owner":"Deployment/shop","labels":{"app":"shop","tier":""},"skipped":2,"cut":true}""";

    [Fact]
    public void Compact_HostileTarget_ContainsNoTerminalControls() =>
        Render(text => new CompactRenderer(text, coloured: false))
            .ShouldBe("2026-11-21 04:30:00.123  rejected    web/shop-1                           → GET /\\u001b[2J\\u000a\\u202e (no)  bad-request  400  0.1 ms\n");

    [Fact]
    public void Csv_CellThatIsAFormula_BecomesText() =>
        Render(text => new CsvRenderer(text, AuditColumn.Parse("pod,user-agent")))
            .ShouldBe("pod,user-agent\nshop-1,\"'=cmd|' /C calc'!A0,\"\"x\"\"\"\n");

    [Fact]
    public void Table_OfLines_IsAligned() =>
        Render(text => new TableRenderer(text, AuditColumn.Parse("pod,status,rule")))
            .ShouldBe("POD     STATUS  RULE\nshop-1  400     -\n");

    [Fact]
    public void Json_WithFields_ShowsOnlyThose()
    {
        using var stream = new MemoryStream();
        using var renderer = new JsonRenderer(stream, AuditColumn.Parse("pod,status"));

        renderer.Render(Encoding.UTF8.GetBytes(Hostile));

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe("""{"pod":"shop-1","status":"400"}""" + "\n");
    }

    [Fact]
    public void Columns_UnknownName_ListsAllFields() =>
        Should.Throw<FormatException>(() => AuditColumn.Parse("pod,colour")).Message.ShouldContain("namespace");

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    public void Percentile_OfKnownValues_IsRightToFivePercent(double share, double expected)
    {
        var histogram = new LatencyHistogram();
        for (var n = 1; n <= 100; n++)
        {
            histogram.Add(n);
        }

        histogram.Percentile(share)!.Value.ShouldBe(expected, expected * 0.05);
    }

    public static TheoryData<string, string, string> Summaries => new()
    {
        { "compact", """{"ip":"10.1.0.6","namespace":"web","pod":"shop-1"}""", "2026-11-21 04:30:00.123  denied      web/shop-1                           → 3500 requests above the rate  rate-limited\n" },
        { "compact", """{"kind":"other"}""", "2026-11-21 04:30:00.123  denied      (other)                              → 3500 requests above the rate  rate-limited\n" },
        { "table", """{"ip":"10.1.0.6","namespace":"web","pod":"shop-1"}""", "POD     REASON        SUMMED  PATH\nshop-1  rate-limited  3500    -\n" },
        { "csv", """{"ip":"10.1.0.6","namespace":"web","pod":"shop-1"}""", "pod,reason,summed,path\nshop-1,rate-limited,3500,\n" },
    };

    [Theory]
    [MemberData(nameof(Summaries))]
    public void Summary_InEachFormat_ShowsItsCount(string form, string caller, string expected)
    {
        var columns = AuditColumn.Parse("pod,reason,summed,path");
        Render(
            text => form switch
            {
                "compact" => new CompactRenderer(text, coloured: false),
                "table" => new TableRenderer(text, columns),
                _ => new CsvRenderer(text, columns),
            },
            SummaryOf(caller)).ShouldBe(expected);
    }

    public static TheoryData<string, string> PodsSeen => new()
    {
        { "compact", "2026-11-21 04:30:00.123  event       web/shop-1                           · pod-seen  service account shop, Deployment/shop  {\"app\":\"shop\",\"tier\":\"\"}  states skipped: 2  labels cut: true\n" },
        { "table", "EVENT     NAMESPACE  POD     SERVICE-ACCOUNT  OWNER            LABELS                    PATH\npod-seen  web        shop-1  shop             Deployment/shop  {\"app\":\"shop\",\"tier\":\"\"}  -\n" },
        { "csv", "event,namespace,pod,service-account,owner,labels,path\npod-seen,web,shop-1,shop,Deployment/shop,\"{\"\"app\"\":\"\"shop\"\",\"\"tier\"\":\"\"\"\"}\",\n" },
    };

    [Theory]
    [MemberData(nameof(PodsSeen))]
    public void PodSeen_InEachFormat_ShowsThePod(string form, string expected)
    {
        var columns = AuditColumn.Parse("event,namespace,pod,service-account,owner,labels,path");
        Render(
            text => form switch
            {
                "compact" => new CompactRenderer(text, coloured: false),
                "table" => new TableRenderer(text, columns),
                _ => new CsvRenderer(text, columns),
            },
            PodSeen).ShouldBe(expected);
    }

    [Theory]
    [InlineData("pod", 1)]
    [InlineData("event,pod", 2)]
    public void Stats_OfPods_CountPodSeenOnlyWhereEventsAreNamed(string by, int total)
    {
        var stats = new AuditStats(StatsKey.Parse(by));

        stats.Add(Encoding.UTF8.GetBytes(PodSeen));
        stats.Add(Encoding.UTF8.GetBytes(Hostile));

        stats.Total.ShouldBe(total);
    }

    [Fact]
    public void Json_WithheldCredentialOfAProbe_ShowsItsFields()
    {
        using var stream = new MemoryStream();
        using var renderer = new JsonRenderer(stream, AuditColumn.Parse("probe,returned-client-id,returned-resource,returned-audience,issued-client-id"));

        renderer.Render("""{"ts":"2026-11-21T04:30:00.1234567Z","kind":"request","request":{"probe":true},"returned":{"clientId":"a","resource":"b","audience":"c"}}"""u8);

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe("""{"probe":"true","returned-client-id":"a","returned-resource":"b","returned-audience":"c"}""" + "\n");
    }

    [Fact]
    public void Stats_OfSummaries_UseTheirCounts()
    {
        var stats = new AuditStats(StatsKey.Parse("verdict"));

        stats.Add(Encoding.UTF8.GetBytes(SummaryOf("""{"ip":"10.1.0.6"}""")));
        stats.Add(Encoding.UTF8.GetBytes(Hostile));

        stats.Total.ShouldBe(3501);
        stats.Rows(10).Select(row => (row.Key[0], row.Count)).ShouldBe([("denied", 3500L), ("rejected", 1L)]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-7")]
    [InlineData("1e300")]
    [InlineData("\"x\"")]
    public void Stats_OfAnInvalidCount_CountOne(string count)
    {
        var stats = new AuditStats(StatsKey.Parse("verdict"));

        stats.Add(Encoding.UTF8.GetBytes(SummaryOf("{}").Replace("3500", count, StringComparison.Ordinal)));

        stats.Total.ShouldBe(1);
    }

    private static string SummaryOf(string caller) =>
        $$$"""{"ts":"2026-11-21T04:30:00.1234567Z","kind":"request","verdict":"denied","reason":"rate-limited","caller":{{{caller}}},"summary":{"count":3500}}""";

    private static string Render(Func<TextWriter, IRecordRenderer> renderer, string line = Hostile)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var made = renderer(text);
        made.Render(Encoding.UTF8.GetBytes(line));
        made.End();
        return text.ToString();
    }
}
