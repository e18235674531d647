using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>The event <c>pod-seen</c> in a log of segments.</summary>
public sealed class PodSeenTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private readonly ScriptedTime _time = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_FirstRecordOfAPod_HasTheEventBeforeItInTheChainOfEvents(bool hasReserve)
    {
        await using (var log = Open(hasReserve))
        {
            await log.WriteAsync(Of("web-0", "1"));
            await log.WriteAsync(Of("web-0", "1"));
            await log.WriteAsync(Of("web-1", "1"));
        }

        var seen = Seen(Lines());
        seen.Select(static line => line.GetProperty("pod").GetString()).ShouldBe(["web-0", "web-1"]);
        seen[0].GetProperty("labels").GetRawText().ShouldBe("""{"app":"web","version":"1"}""");
        seen.Select(static line => line.GetProperty("instance").GetString()).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldBe(
            SegmentEntry.ReadAll(_directory.Path).Single(segment => segment.Name.IsReserve == hasReserve).Name.Instance);
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(NoPods))]
    public async Task Write_CallerThatIsNoPod_HasNoEvent(Caller caller)
    {
        await using (var log = Open())
        {
            await log.WriteAsync(Records.Malformed("r", "/", caller));
        }

        Seen(Lines()).ShouldBeEmpty();
    }

    public static TheoryData<Caller> NoPods => [Caller.Node.Instance, Caller.Unknown.Instance, Caller.Ambiguous.Instance];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_AfterARotation_StatesEachCallerAgain(bool hasReserve)
    {
        await using (var log = Open(hasReserve))
        {
            await log.WriteAsync(Of("web-0", "1"));
            await log.WriteAsync(Of("silent", "1"));
            _time.Advance(TimeSpan.FromHours(1));
            await log.WriteAsync(new AuditEvent(_time.GetUtcNow(), "alive", []));
            await log.WriteAsync(Of("web-0", "1"));
            await log.WriteAsync(Of("web-0", "1"));
        }

        Seen(Lines()).Select(static line => line.GetProperty("pod").GetString()).ShouldBe(["web-0", "silent", "web-0"]);
        SegmentEntry.ReadAll(_directory.Path).Count(segment => segment.Name.IsReserve == hasReserve).ShouldBe(2);
    }

    [Fact]
    public async Task Write_AfterARestart_StatesThePodAgain()
    {
        for (var run = 0; run < 2; run++)
        {
            await using var log = Open();
            await log.WriteAsync(Of("web-0", "1"));
        }

        Seen(Lines()).Select(static line => line.GetProperty("instance").GetString()).Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Write_FloodOfLabelChanges_StatesTheLastStateOnceAMinute()
    {
        await using (var log = Open())
        {
            for (var change = 0; change < 600; change++)
            {
                await log.WriteAsync(Of("web-0", $"{change}"));
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var seen = Seen(Lines());
        seen.Count.ShouldBeInRange(10, 11);
        seen[^1].GetProperty("labels").GetProperty("version").GetString().ShouldBe("599");
        seen.Sum(static line => line.TryGetProperty("skipped", out var skipped) ? skipped.GetInt32() : 0).ShouldBe(600 - seen.Count);
    }

    // The attack: labels of the greatest size, changed as often as possible, to push evidence out of the reserve.
    [Fact]
    public async Task Write_LabelChangesBeyondTheQuota_GoToTheOtherChain()
    {
        const int changes = 25;
        await using (var log = Open(hasReserve: true))
        {
            for (var change = 0; change < changes; change++)
            {
                await log.WriteAsync(Of("evil", Convert.ToHexString(RandomNumberGenerator.GetBytes(30)), labels: 60));
                _time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        var reserved = SegmentEntry.ReadAll(_directory.Path).Where(static segment => segment.Name.IsReserve).Select(static segment => segment.Name.Instance).ToHashSet(StringComparer.Ordinal);
        var seen = Seen(Lines());
        seen.Count.ShouldBe(changes);
        seen.Count(line => reserved.Contains(line.GetProperty("instance").GetString()!)).ShouldBeInRange(12, 13, "64 KiB of 1 GiB, in one hour");
        seen.ShouldAllBe(static line => line.GetProperty("cut").GetBoolean());
        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_EventThatCouldNotBeWritten_IsRepeated()
    {
        _directory.Stdout.Broken = true;
        await using var log = _directory.Open(static options => options with { Directory = null });
        (await log.WriteAsync(Of("web-0", "1"))).ShouldBeFalse();
        (await log.WriteAsync(Of("web-1", "1"))).ShouldBeFalse();
        _directory.Stdout.Broken = false;
        (await log.WriteAsync(Of("web-0", "1"))).ShouldBeTrue();

        await LogDirectory.UntilAsync(() => _directory.Stdout.Text.Split('\n').Count(static line => line.Contains("pod-seen", StringComparison.Ordinal)) == 2);
    }

    [Fact]
    public async Task Write_WithoutADirectory_StatesEachCallerInEachHour()
    {
        await using (var log = OpenPatient(static options => options with { Directory = null }))
        {
            for (var quarter = 0; quarter < 8; quarter++)
            {
                await log.WriteAsync(Of("web-0", "1"));
                _time.Advance(TimeSpan.FromMinutes(15));
            }
        }

        _directory.Stdout.Text.Split('\n').Count(static line => line.Contains("\"pod-seen\"", StringComparison.Ordinal)).ShouldBe(2);
    }

    private AuditLog Open(bool hasReserve = true) => OpenPatient(options => options with { HasReserve = hasReserve, KeepInterval = TimeSpan.FromHours(100), RetryInterval = new AuditOptions().RetryInterval });

    // A jump of the clock must not look like a write that hangs.
    private AuditLog OpenPatient(Func<AuditOptions, AuditOptions> change) => _directory.Open(options => change(options) with { WriteDeadline = TimeSpan.FromDays(365) }, _time);

    private AuditRecord Of(string pod, string version, int labels = 0) => new()
    {
        Timestamp = _time.GetUtcNow(),
        Id = "r",
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = new Caller.Pod(new PodIdentity("shop", pod, $"uid-{pod}", "web", "Deployment/web",
        [
            new("version", version), new("app", "web"), .. Enumerable.Range(0, labels).Select(n => KeyValuePair.Create($"{n}-{new string('x', 40)}", version)),
        ])),
        CallerIp = IPAddress.Loopback,
        RawMethod = "GET",
        RawTarget = "/",
        Status = 200,
        Milliseconds = 1,
    };

    private List<JsonElement> Lines() =>
        [.. SegmentEntry.ReadAll(_directory.Path).SelectMany(static segment => segment.Lines()).Select(static line => JsonElement.Parse(line))];

    // In the order of time: the chains may share them.
    private static List<JsonElement> Seen(List<JsonElement> lines) =>
    [
        .. lines.Where(static line => line.TryGetProperty("event", out var name) && name.GetString() == "pod-seen")
            .OrderBy(static line => line.GetProperty("ts").GetString(), StringComparer.Ordinal),
    ];
}
