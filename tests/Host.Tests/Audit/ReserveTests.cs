using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Search;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Records that must survive a flood, and attempts of a flood to displace them.</summary>
public sealed class ReserveTests : IDisposable
{
    private const int Bound = 4 << 20;

    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // The attack: a pod obtains a token and then floods the log with refused requests until the token's record would be removed.
    [Fact]
    public async Task Search_TokenAfterAFloodOfRefusals_FindsItsRecordInAnIntactLog()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Issued("the-token", "uti-1", Records.PodOf("evil")));
            await log.WriteAsync(new AuditEvent(TimeProvider.System.GetUtcNow(), "policy-loaded", []));
            for (var n = 0; n < 12_000; n++)
            {
                await log.WriteAsync(Records.Malformed($"r{n}", new string('\u0001', 1000), Records.PodOf("evil")));
            }

            log.SegmentsRemoved.ShouldBeGreaterThan(100);
            (await FindAsync("token-id", "uti-1")).ShouldHaveSingleItem().ShouldContain("the-token");
        }

        (await FindAsync("token-id", "uti-1")).ShouldHaveSingleItem();
        (await FindAsync("event", "policy-loaded")).ShouldHaveSingleItem();
        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        report.Chains.ShouldBe(2);
        report.Notes.ShouldHaveSingleItem().ShouldMatch("retention removed segments 1 to [0-9]+ of instance [0-9a-f]+ before it \\(seq 1 to [0-9]+\\), according to segments-removed");
    }

    // The reverse: records that fill the reserve displace no records of requests.
    [Fact]
    public async Task Write_FloodOfFirstsByManyPods_RemovesOnlyReserveRecords()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Allowed("before"));
            // Above 4,096 callers per hour, the others share one quota.
            for (var n = 0; n < 4_000; n++)
            {
                await log.WriteAsync(Records.Issued(Incompressible(), $"uti-{n}", Records.PodOf($"pod-{n}")));
            }

            log.SegmentsRemoved.ShouldBeGreaterThan(10);
        }

        SegmentEntry.ReadAll(_directory.Path).Where(static segment => !segment.Name.IsReserve).Select(static segment => segment.Name.Number).ShouldContain(1);
        (await FindAsync("id", "before")).ShouldHaveSingleItem();
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
    }

    // One pod uses up only its own part of the reserve. Otherwise, a quarter of another pod's records would be gone.
    [Fact]
    public async Task Write_FloodOfTokensByOnePod_LeavesTheReserveToOthers()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Issued("victim", "uti-victim", Records.PodOf("victim")));
            for (var n = 0; n < 12_000; n++)
            {
                await log.WriteAsync(Records.Issued($"r{n}", $"uti-{n}", Records.PodOf("evil")));
            }

            await log.WriteAsync(Records.Issued("other-resource", "uti-vault", Records.PodOf("evil"), "https://vault.azure.net"));
        }

        (await FindAsync("token-id", "uti-victim")).ShouldHaveSingleItem();
        InReserve("other-resource").ShouldBeTrue();
        SegmentEntry.ReadAll(_directory.Path).Where(static segment => segment.Name.IsReserve).Sum(static segment => new FileInfo(segment.Path).Length).ShouldBeLessThan(Bound / 8);
    }

    public static TheoryData<string, AuditRecord, bool> Kinds => new()
    {
        { "a token", Records.Issued("r", "uti-1", Records.PodOf("a")), true },
        { "a certificate", Records.Issued("r", null, Records.PodOf("a")), true },
        { "a refusal", Records.Malformed("r", "x", Records.PodOf("a")), true },
        { "a refusal of an unknown caller", Records.Malformed("r", "x", ImdsProxy.Core.Callers.Caller.Unknown.Instance), true },
        { "an answer without a credential", Records.Allowed("r"), false },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Write_FirstOfItsKind_GoesToExactlyOneChain(string what, AuditRecord record, bool isReserved)
    {
        await using (var log = Open())
        {
            await log.WriteAsync(record);
        }

        InReserve("\"id\":\"r\"").ShouldBe(isReserved, what);
        (await FindAsync("id", "r")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Write_SecondIssueOfAToken_GoesToTheOtherChain()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Issued("first", "uti-1", Records.PodOf("a")));
            await log.WriteAsync(Records.Issued("second", "uti-1", Records.PodOf("a")));
            await log.WriteAsync(Records.Issued("first-of-b", "uti-1", Records.PodOf("b")));
        }

        (InReserve("first"), InReserve("second"), InReserve("first-of-b")).ShouldBe((true, false, true));
    }

    [Fact]
    public async Task Write_Refusals_ReservesTenPerReasonAndHour()
    {
        var start = new DateTimeOffset(2026, 11, 29, 11, 59, 0, TimeSpan.Zero);
        await using (var log = Open())
        {
            for (var n = 0; n < 50; n++)
            {
                await log.WriteAsync(Records.Refused($"early-{n}", Reason.NoRule, start));
                await log.WriteAsync(Records.Refused($"other-{n}", Reason.RateLimited, start));
            }

            for (var n = 0; n < 25; n++)
            {
                await log.WriteAsync(Records.Refused($"late-{n}", Reason.NoRule, start.AddHours(1)));
            }
        }

        (Reserved("early-"), Reserved("other-"), Reserved("late-")).ShouldBe((10, 10, 10));
    }

    // The event that announces a removal is eventually removed itself. The next such event announces that removal too.
    [Fact]
    public async Task Verify_RemovedAnnouncementsOfTheOtherChain_StillExplainsTheGap()
    {
        await using (var log = Open())
        {
            for (var n = 0; n < 4_000; n++)
            {
                await log.WriteAsync(Records.Malformed($"r{n}", Incompressible(), Records.PodOf("evil")));
            }

            for (var n = 0; n < 6_000; n++)
            {
                await log.WriteAsync(Records.Issued(Incompressible(), $"uti-{n}", Records.PodOf($"pod-{n}")));
            }
        }

        var report = new AuditVerifier().Verify(_directory.Path);
        report.Problems.ShouldBeEmpty();
        report.Notes.Count(static note => note.Contains("retention removed", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Verify_UnannouncedRemovalOfASegment_ReportsMissingRecords()
    {
        await using (var log = Open())
        {
            for (var n = 0; n < 6_000; n++)
            {
                await log.WriteAsync(Records.Malformed($"r{n}", new string('x', 1000), Records.PodOf("evil")));
            }
        }

        File.Delete(SegmentEntry.ReadAll(_directory.Path).First(static segment => !segment.Name.IsReserve).Path);

        new AuditVerifier().Verify(_directory.Path).Problems.ShouldHaveSingleItem().ShouldContain("no segments-removed event explains the missing segment");
    }

    [Fact]
    public async Task Open_BesideOtherLogs_RecordsTheHeadsOfAllTheirChains()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Allowed("r"));
        }

        var earlier = SegmentEntry.ReadAll(_directory.Path).Select(static segment => segment.Name.Instance).ToList();
        await using (Open())
        {
            // The log starts its chains at once.
        }

        var began = (await FindAsync("event", "chain-began")).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        began.Count.ShouldBe(4);
        began.Select(static line => Chains(line)).ShouldContain(named => earlier.TrueForAll(named.Contains), 2);
        began.Count(static line => line.TryGetProperty("reserve", out _)).ShouldBe(2);
        earlier.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2000)]
    public async Task Search_BothChains_ReturnsLinesInTimeOrder(int recordsBetween)
    {
        await using (var log = Open())
        {
            for (var n = 0; n < 20; n++)
            {
                await log.WriteAsync(Records.Issued($"t{n}", $"uti-{n}", Records.PodOf("a")));
                for (var i = 0; i < recordsBetween; i += 20)
                {
                    await log.WriteAsync(Records.Allowed($"r{n}-{i}"));
                }
            }
        }

        var times = (await FindAsync("kind", "request")).Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("ts").GetString()).ToList();
        times.Count.ShouldBeGreaterThan(39);
        times.ShouldBe(times.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Checkpoints_AtTheEnd_CoverBothChains()
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Allowed("r"));
        }

        var verifier = new AuditVerifier();
        verifier.AddCheckpoints(new StringReader(_directory.Stdout.Text));
        var report = verifier.Verify(_directory.Path);

        report.Problems.ShouldBeEmpty();
        _directory.Stdout.Text.Split('\n').Count(static line => line.Contains("\"checkpoint\"", StringComparison.Ordinal)).ShouldBe(2);
        report.CheckpointsMatched.ShouldBe(3);
    }

    private static List<string?> Chains(JsonElement began) =>
        [.. began.GetProperty("chains").EnumerateArray().Select(static chain => chain.GetProperty("instance").GetString())];

    private static string Incompressible() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(750));

    // Segments are compressed slowly, so that the number of removed segments does not depend on the machine's speed.
    private AuditLog Open() => _directory.Open(static options =>
        options with { HasReserve = true, MaxBytes = Bound, SegmentBytes = 64 << 10, KeepInterval = TimeSpan.FromHours(1) });

    private bool InReserve(string text) => Reserved(text) > 0;

    private int Reserved(string text) => SegmentEntry.ReadAll(_directory.Path)
        .Where(static segment => segment.Name.IsReserve)
        .Sum(segment => segment.Lines().Count(line => line.Contains(text, StringComparison.Ordinal)));

    private async Task<List<string>> FindAsync(string field, string value)
    {
        List<string> found = [];
        var query = new AuditQueryBuilder();
        query.Add(field, value, negated: false);
        await new AuditSearch(query.Build(), new SearchSource([_directory.Path])).EachAsync(
            line =>
            {
                found.Add(System.Text.Encoding.UTF8.GetString(line.Span));
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            long.MaxValue,
            CancellationToken.None);
        return found;
    }
}
