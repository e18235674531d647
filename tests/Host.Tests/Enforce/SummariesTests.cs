using System.Collections.Concurrent;
using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Enforce;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

public sealed class SummariesTests : IAsyncLifetime
{
    private readonly ScriptedTime _time = new();
    private readonly FakeLog _log = new();
    private readonly List<(AuditRecord Record, bool Written)> _recorded = [];
    private readonly Summaries _summaries;

    public SummariesTests() => _summaries = new Summaries(_log, (record, written) => _recorded.Add((record, written)), _time);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _summaries.DisposeAsync();

    [Fact]
    public async Task Requests_OfOneSecond_ShareOneRecordWithTheirCountAndId()
    {
        var ids = Enumerable.Range(0, 500).Select(n => Add(Record($"r{n}"))).ToList();

        ids.ShouldAllBe(id => id == "r0");
        _log.Records.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromSeconds(1.1));

        await Eventually.HoldsAsync(() => _log.Records.Count == 1);
        var record = _log.Records.Single();
        record.Id.ShouldBe("r0");
        record.Summed.ShouldBe(500);
        record.Request.ShouldBeNull();
        _recorded.ShouldHaveSingleItem().Written.ShouldBeTrue();
    }

    public static TheoryData<string> Differences => ["address", "pod", "verdict", "reason", "second"];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Requests_ThatDiffer_HaveSeparateRecords(string difference)
    {
        Add(Record("first"));
        if (difference == "second")
        {
            _time.Advance(TimeSpan.FromMilliseconds(1000));
        }

        Add(Record(
            "second",
            address: difference == "address" ? "10.0.0.2" : "10.0.0.1",
            uid: difference == "pod" ? "v" : "u",
            verdict: difference == "verdict" ? Verdict.WouldDeny : Verdict.Denied,
            reason: difference == "reason" ? Reason.DenyRule : Reason.NoRule));
        await _summaries.DisposeAsync();

        _log.Records.Select(record => (record.Id, record.Summed)).ShouldBe([("first", 1L), ("second", 1L)]);
    }

    [Fact]
    public async Task Summary_AtTheEndOfTheProcess_IsWritten()
    {
        Add(Record("r"));

        await _summaries.DisposeAsync();

        _log.Records.ShouldHaveSingleItem().Summed.ShouldBe(1);
        _summaries.TryAdd(Record("late"), out _).ShouldBeFalse();
    }

    [Fact]
    public void Request_WhileTheLogCannotBeWritten_IsNotSummarized()
    {
        _log.Failure = "no space left on device";

        _summaries.TryAdd(Record("r"), out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Summary_ThatCouldNotBeWritten_IsWrittenOnceTheLogIsBack()
    {
        Add(Record("r"));
        (_log.Refuses, _log.Failure) = (true, "no space left on device");
        _time.Advance(TimeSpan.FromSeconds(1.1));
        await Eventually.HoldsAsync(() => _log.Refused == 1 && _time.Waiting == 1);

        (_log.Refuses, _log.Failure) = (false, null);
        _time.Advance(TimeSpan.FromSeconds(1.1));

        await Eventually.HoldsAsync(() => _log.Records.Count == 1);
        _log.Refused.ShouldBe(1);
        _log.Records.Single().Summed.ShouldBe(1);
    }

    // Memory must not grow while the log silently accepts nothing.
    [Fact]
    public void Requests_WhileSummariesWaitForTheLog_AreNotSummarized()
    {
        _log.Stands = true;
        for (var second = 0; second < 2; second++)
        {
            Add(Record($"r{second}"));
            _time.Advance(TimeSpan.FromSeconds(1.1));
        }

        _summaries.TryAdd(Record("r"), out _).ShouldBeFalse();
        _log.Release();
    }

    [Fact]
    public async Task Callers_BeyondTheLimit_ShareASummary()
    {
        for (var n = 0; n < Summaries.MaxOpen + 50; n++)
        {
            Add(Record($"r{n}", address: $"10.{n >> 16}.{(n >> 8) & 255}.{n & 255}"));
        }

        await _summaries.DisposeAsync();

        _log.Records.Count.ShouldBe(Summaries.MaxOpen + 1);
        _log.Records.Single(record => record.IsOfOthers).Summed.ShouldBe(50);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    public async Task Summary_OfQuietDenialsOnly_IsQuiet(bool first, bool second, bool expected)
    {
        Add(Record("a", quiet: first));
        Add(Record("b", quiet: second));

        await _summaries.DisposeAsync();

        _log.Records.ShouldHaveSingleItem().Quiet.ShouldBe(expected);
    }

    private string Add(AuditRecord record)
    {
        _summaries.TryAdd(record, out var id).ShouldBeTrue();
        return id;
    }

    private AuditRecord Record(
        string id, string address = "10.0.0.1", string uid = "u", Verdict verdict = Verdict.Denied, Reason reason = Reason.NoRule, bool quiet = false) => new()
        {
            Timestamp = _time.GetUtcNow(),
            Id = id,
            Verdict = verdict,
            Reason = reason,
            Quiet = quiet,
            Mode = PolicyMode.Enforce,
            Caller = new Caller.Pod(new PodIdentity("ns", "pod", uid, "sa", null, [])),
            CallerIp = IPAddress.Parse(address),
            Status = 403,
            Milliseconds = 1,
        };

    private sealed class FakeLog : IAuditLog
    {
        private readonly TaskCompletionSource _released = new();

        public ConcurrentQueue<AuditRecord> Records { get; } = [];

        public string? Failure { get; set; }

        public bool Refuses { get; set; }

        public int Refused { get; private set; }

        public bool Stands { get; set; }

        public void Release() => _released.SetResult();

        public async ValueTask<bool> WriteAsync(AuditRecord record)
        {
            if (Stands)
            {
#pragma warning disable VSTHRD003 // The test releases it.
                await _released.Task;
#pragma warning restore VSTHRD003
            }

            if (Refuses)
            {
                Refused++;
                return false;
            }

            Records.Enqueue(record);
            return true;
        }

        public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => throw new NotSupportedException();
    }
}
