using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ImdsProxy.Audit.Search;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit.Query;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class AuditSearchTests : IDisposable
{
    private static readonly string[] Log =
    [
        Line(1, """ "kind":"request","verdict":"allowed","reason":"rule","rule":"r1","mode":"enforce","policyRevision":"3f2a","caller":{"ip":"10.1.0.5","namespace":"logging","pod":"fluent-bit-qg7vq","serviceAccount":"fluent-bit","owner":"DaemonSet/fluent-bit"},"request":{"method":"GET","path":"/metadata/identity/oauth2/token","resource":"https://api.kusto.windows.net","selector":{"kind":"client_id","value":"2bc9"},"userAgent":"azsdk-net"},"response":{"status":200},"issued":{"identity":"adx","clientId":"2bc9","resource":"https://api.kusto.windows.net/","expiresOn":"2026-11-22T04:30:00Z","tokenId":"uti1"},"ms":4.5 """),
        Line(2, """ "kind":"request","verdict":"denied","reason":"no-rule","mode":"enforce","policyRevision":"3f2a","caller":{"ip":"10.1.0.6","namespace":"web","pod":"shop-1","serviceAccount":"shop","owner":"Deployment/shop"},"request":{"method":"GET","path":"/metadata/identity/oauth2/token","resource":"https://management.azure.com/","userAgent":"\u0022pod\u0022:\u0022fluent-bit-qg7vq\u0022"},"response":{"status":403},"ms":0.2 """),
        Line(3, """ "kind":"request","verdict":"would-deny","reason":"unknown-endpoint","mode":"audit","caller":{"ip":"10.2.0.1","kind":"unknown"},"request":{"method":"GET","path":"/latest/meta-data"},"response":{"status":404},"ms":120 """),
        Line(4, """ "kind":"request","verdict":"rejected","reason":"bad-request","mode":"enforce","caller":{"ip":"10.1.0.6","namespace":"web","pod":"shop-1"},"request":{"method":"GET","rawTarget":"/metadata\\identity\",\"verdict\":\"allowed\",\"x\":\"","error":"no"},"response":{"status":400},"ms":0.1 """),
        Line(5, """ "kind":"event","event":"policy-loaded","revision":"77aa","mode":"enforce" """),
        Line(6, """ "kind":"request","verdict":"allowed","reason":"rule","rule":"r2","mode":"enforce","policyRevision":"77aa","caller":{"ip":"10.1.0.5","namespace":"logging","pod":"fluent-bit-qg7vq"},"request":{"method":"GET","path":"/metadata/instance/compute"},"response":{"status":200},"ms":3 """),
    ];

    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, int[]> Queries => new()
    {
        { "pod=fluent-bit-qg7vq", [1, 6] },
        { "pod=fluent-*", [1, 6] },
        { "pod=*-qg7*", [1, 6] },
        { "pod=fluent", [] },
        { "pod=shop-1 pod=fluent-bit-qg7vq", [1, 2, 4, 6] },
        { "!pod=fluent-bit-qg7vq", [2, 3, 4, 5] },
        { "namespace=web verdict=denied", [2] },
        { "namespace=web verdict=allowed", [] },
        { "verdict=allowed", [1, 6] },
        { "kind=event", [5] },
        { "event=policy-*", [5] },
        { "revision=77aa", [5, 6] },
        { "ip=10.1.0.0/24", [1, 2, 4, 6] },
        { "ip=10.2.0.1", [3] },
        { "status=4xx", [2, 3, 4] },
        { "status=403", [2] },
        { "status=200-399", [1, 6] },
        { "min-ms=4.5", [1, 3] },
        { "endpoint=credential", [1, 2] },
        { "endpoint=instance", [6] },
        { "endpoint=unknown", [3] },
        { "resource=HTTPS://API.kusto.windows.net", [1] },
        { "resource=https://management.azure.com", [2] },
        { "resource=https://*", [1, 2] },
        { "client-id=2BC9", [1] },
        { "identity=adx", [1] },
        { "token-id=uti1", [1] },
        { "good-at=2026-11-22T04:29:59Z", [1] },
        { "good-at=2026-11-22T04:30:00Z", [] },
        { "path=/metadata/instance*", [6] },
        { "path=/metadata\\identity*", [4] },
        { "rule=r1 rule=r2", [1, 6] },
        { "!rule=r1 kind=request", [2, 3, 4, 6] },
        { "mode=audit", [3] },
        { "owner=DaemonSet/fluent-bit", [1] },
        { "service-account=shop", [2] },
        { "user-agent=azsdk*", [1] },
        { "id=id-3", [3] },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Search_ByFilters_FindsExactlyTheirLines(string filters, int[] found)
    {
        var file = Write(Log);

        (await FindAsync(filters, file)).ShouldBe(found);
    }

    [Fact]
    public async Task Search_Issued_FiltersByCredentialNotByVerdict()
    {
        var builder = new AuditQueryBuilder();
        builder.AddIssued(negated: false);

        (await FindAsync(builder.Build(), Write(Log))).ShouldBe([1]);
    }

    [Fact]
    public async Task Search_Text_MatchesAnywhere()
    {
        var builder = new AuditQueryBuilder();
        builder.AddText("meta-data", negated: false);

        (await FindAsync(builder.Build(), Write(Log))).ShouldBe([3]);
    }

    [Fact]
    public async Task Search_TimeRange_IncludesItsStartAndExcludesItsEnd()
    {
        var builder = new AuditQueryBuilder();
        builder.SetSince("2026-11-21T04:30:02Z", DateTimeOffset.UnixEpoch);
        builder.SetUntil("2026-11-21T04:30:04Z", DateTimeOffset.UnixEpoch);

        (await FindAsync(builder.Build(), Write(Log))).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Search_TornAndForeignLines_AreSkippedAndCounted()
    {
        var file = Write([Log[0], "some pod=shop-1 words \"shop-1\"", "2026-11-21T04:30:00Z stdout F " + Log[1], "{\"kind\":\"shop-1\"", Log[3]], "{\"ts\":\"2026-");
        var search = new AuditSearch(Query("pod=shop-1"), new SearchSource([file]));
        List<int> found = [];

        await search.EachAsync(line => Collect(found, line), () => Task.CompletedTask, long.MaxValue, CancellationToken.None);

        found.ShouldBe([2, 4]);
        // One of the two foreign lines contains the pod in the form in which a record would. The other is skipped without
        // being parsed, as grep would.
        search.Skipped.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Search_ManyRangesAndBlocks_FindsEachLineOnce()
    {
        const int lines = 200_000;
        var file = Write(Enumerable.Range(1, lines).Select(n => Line(n, $$""" "kind":"request","verdict":"allowed","caller":{"pod":"pod-{{n % 100}}"},"request":{"path":"/{{new string('x', n % 400)}}"} """)));
        new FileInfo(file).Length.ShouldBeGreaterThan(32 << 20);

        (await FindAsync("pod=pod-7", file)).ShouldBe(Enumerable.Range(1, lines).Where(n => n % 100 == 7));
        (await FindAsync("verdict=allowed", file)).Count.ShouldBe(lines);
    }

    [Fact]
    public async Task Search_Compressed_FindsTheSame()
    {
        await using (var log = _directory.Open(options => options with { SegmentBytes = 3000 }))
        {
            for (var n = 0; n < 40; n++)
            {
                await log.WriteAsync(Records.Allowed($"r{n}"));
            }

            await LogDirectory.UntilAsync(() => _directory.Segments.Count == 1);
        }

        List<string> found = [];
        await new AuditSearch(Query("kind=request"), new SearchSource([_directory.Path])).EachAsync(
            line => Collect(found, line),
            () => Task.CompletedTask,
            long.MaxValue,
            CancellationToken.None);

        found.ShouldBe(Enumerable.Range(0, 40).Select(n => $"r{n}"));
    }

    // The writer continues during a search, so a segment can be listed under one name and opened under another.
    [Fact]
    public async Task Scan_UnitsCompressedSinceTheyWereListed_FindsEachLineOnce()
    {
        const int lines = 100_000;
        var file = Write(Enumerable.Range(1, lines).Select(n => Line(n, $$""" "kind":"request","verdict":"allowed","caller":{"pod":"pod-{{n % 100}}"},"request":{"path":"/{{new string('x', n % 400)}}"} """)));
        var query = Query("pod=pod-7");
        var units = new SearchSource([file]).Units(query);
        units.Count.ShouldBeGreaterThan(1);
        await CompressAsync(file);

        var scanner = new UnitScanner(query);
        var found = units.SelectMany(scanner.Scan).SelectMany(block => Encoding.UTF8.GetString(block.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(Seq);

        found.ShouldBe(Enumerable.Range(1, lines).Where(n => n % 100 == 7));
        (await FindAsync("pod=pod-7", file)).Count.ShouldBe(lines / 100, "a segment named by its old name is found too");
    }

    [Fact]
    public async Task Search_Last_ReturnsTheLatestInOrder()
    {
        List<int> found = [];

        await new AuditSearch(Query("kind=request"), new SearchSource([Write(Log)])).LastAsync(line => Collect(found, line), 2, CancellationToken.None);

        found.ShouldBe([4, 6]);
    }

    [Fact]
    public async Task Search_First_StopsThere()
    {
        List<int> found = [];

        await new AuditSearch(Query("kind=request"), new SearchSource([Write(Log)])).EachAsync(line => Collect(found, line), () => Task.CompletedTask, 2, CancellationToken.None);

        found.ShouldBe([1, 2]);
    }

    [Fact]
    public void Units_OfATimeRange_LeaveOtherSegmentsUnopened()
    {
        foreach (var (hour, number) in ((int, int)[])[(1, 1), (2, 2), (3, 3), (4, 4)])
        {
            File.WriteAllText(Path.Combine(_directory.Path, $"audit-20261121T{hour:00}0000Z-b7f1-{number}.jsonl"), Log[0] + "\n");
        }

        var builder = new AuditQueryBuilder();
        builder.SetSince("2026-11-21T02:30:00Z", DateTimeOffset.UnixEpoch);
        builder.SetUntil("2026-11-21T03:30:00Z", DateTimeOffset.UnixEpoch);
        var source = new SearchSource([_directory.Path]);

        source.Units(builder.Build()).Select(unit => unit.Segment!.Number).ShouldBe([2, 3]);
    }

    [Theory]
    [InlineData(0, "a1 a2 b1 a3 b2 b3 a4 b4")]
    [InlineData(3, "a1 a2 b1")]
    public async Task Search_OverlappingInstances_ReturnsLinesInTimeOrder(int first, string expected)
    {
        WriteSegment("043000Z-aaaa-1", ("a1", "04:30:01"), ("a2", "04:40:00"), ("a3", "04:45:20"), ("a4", "04:46:00"));
        WriteSegment("044500Z-bbbb-1", ("b1", "04:45:10"), ("b2", "04:45:30"), ("b3", "04:45:40"), ("b4", "05:00:00"));

        (await IdsAsync([_directory.Path], first == 0 ? long.MaxValue : first)).ShouldBe(expected);
    }

    [Fact]
    public async Task Search_TwoNodesWithTheSameInstance_ReturnsBothInTimeOrder()
    {
        using var other = new LogDirectory();
        WriteSegment("043000Z-aaaa-1", ("a1", "04:30:01"), ("a2", "05:10:00"));
        WriteSegment("053000Z-aaaa-2", ("a3", "05:30:01"));
        WriteSegment(other, "040000Z-bbbb-1", ("b1", "04:05:10"), ("b2", "04:55:30"));

        (await IdsAsync([_directory.Path, other.Path], long.MaxValue)).ShouldBe("b1 a1 b2 a2 a3");
    }

    [Fact]
    public void Units_SameInstanceAndNumberTwice_AreBothSearched()
    {
        WriteSegment("043000Z-aaaa-1", ("a1", "04:30:01"));
        WriteSegment("043100Z-aaaa-1", ("b1", "04:31:01"));

        new SearchSource([_directory.Path]).Units(new AuditQueryBuilder().Build()).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("status", "abc", "403")]
    [InlineData("ip", "here", "10.244.0.11")]
    [InlineData("verdict", "ok", "allowed")]
    [InlineData("endpoint", "tokens", "credential")]
    [InlineData("min-ms", "fast", "250")]
    public void Filter_WrongValue_ShowsAnExample(string name, string value, string example) =>
        Should.Throw<FormatException>(() => AuditFilter.Find(name)!.Check(value)).Message.ShouldContain(example);

    [Fact]
    public async Task Follow_UnderRotationAndCompression_ReturnsEachRecordOnce()
    {
        const int records = 3000;
        using var done = new CancellationTokenSource();
        List<string> found = [];
        await using (var log = _directory.Open(options => options with { SegmentBytes = 20_000 }))
        {
            using var follower = new LogFollower(Query("kind=request"), [_directory.Path], TimeProvider.System);
            var following = follower.RunAsync(line => Collect(found, line), () => Task.CompletedTask, records, done.Token);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
            {
                for (var n = thread; n < records; n += 4)
                {
                    await log.WriteAsync(Records.Allowed($"r{n}"));
                }
            })));
            done.CancelAfter(TimeSpan.FromSeconds(20));
            (await following).ShouldBe(records);
        }

        found.Distinct(StringComparer.Ordinal).Count().ShouldBe(records);
        SegmentEntry.ReadAll(_directory.Path).Count.ShouldBeGreaterThan(20);
    }

    private static string Line(int n, string rest) =>
        $$"""{"ts":"2026-11-21T04:30:{{n % 60:00}}.0000000Z","id":"id-{{n}}","instance":"b7f1","seq":{{n}},{{rest.Trim()}}}""";

    private string Write(IEnumerable<string> lines, string torn = "")
    {
        var file = Path.Combine(_directory.Path, "log.jsonl");
        File.WriteAllText(file, string.Join('\n', lines) + "\n" + torn);
        return file;
    }

    private static AuditQuery Query(string filters)
    {
        var builder = new AuditQueryBuilder();
        foreach (var filter in filters.Split(' '))
        {
            var parts = filter.Split('=', 2);
            builder.Add(parts[0].TrimStart('!'), parts[1], negated: parts[0][0] == '!');
        }

        return builder.Build();
    }

    private static Task<List<int>> FindAsync(string filters, string file) => FindAsync(Query(filters), file);

    private static async Task<List<int>> FindAsync(AuditQuery query, string file)
    {
        List<int> found = [];
        await new AuditSearch(query, new SearchSource([file])).EachAsync(line => Collect(found, line), () => Task.CompletedTask, long.MaxValue, CancellationToken.None);
        return found;
    }

    private static async Task CompressAsync(string file)
    {
        await using (var source = File.OpenRead(file))
        await using (var target = new GZipStream(File.Create(file + ".gz"), CompressionLevel.Fastest))
        {
            await source.CopyToAsync(target);
        }

        File.Delete(file);
    }

    private static int Seq(string line) => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt32();

    private static ValueTask Collect(List<int> found, ReadOnlyMemory<byte> line)
    {
        found.Add(Seq(Encoding.UTF8.GetString(line.Span)));
        return ValueTask.CompletedTask;
    }

    private static ValueTask Collect(List<string> found, ReadOnlyMemory<byte> line)
    {
        found.Add(JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!);
        return ValueTask.CompletedTask;
    }

    private void WriteSegment(string name, params (string Id, string Time)[] lines) => WriteSegment(_directory, name, lines);

    private static void WriteSegment(LogDirectory directory, string name, params (string Id, string Time)[] lines) =>
        File.WriteAllLines(
            Path.Combine(directory.Path, $"audit-20261121T{name}.jsonl"),
            lines.Select(line => $$"""{"ts":"2026-11-21T{{line.Time}}.0000000Z","kind":"request","id":"{{line.Id}}"}"""));

    private static async Task<string> IdsAsync(IReadOnlyList<string> paths, long first)
    {
        List<string?> ids = [];
        await new AuditSearch(new AuditQueryBuilder().Build(), new SearchSource(paths)).EachAsync(
            line =>
            {
                ids.Add(JsonElement.Parse(line.Span).GetProperty("id").GetString());
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            first,
            CancellationToken.None);
        return string.Join(' ', ids);
    }
}
