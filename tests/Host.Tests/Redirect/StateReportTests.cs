using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Redirect;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The state that the watch reports to the proxy is the state of the node's rules.</summary>
public sealed class StateReportTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-state-");
    private readonly ManualTime _time = new();
    private readonly RedirectMetrics _metrics = new(new MetricsRegistry().Factory);
    private readonly NodeModel _node = new();
    private readonly WatchedRules _rules;
    private bool _broken;

    public StateReportTests()
    {
        var keeper = new RulesKeeper(new Iptables("iptables-nft", RunAsync), new RulesLock(Path.Combine(_directory.FullName, "lock"), _time));
        _rules = new WatchedRules(new PreparedRedirect(keeper, Other: null, "nft", "the test says so", Rules.Options), Services);
    }

    private string StateFile => Path.Combine(_directory.FullName, "state.json");

    private RedirectServices Services => new(RunAsync, (_, _) => true, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null), _ => ValueTask.CompletedTask, _time, NullLogger.Instance, _metrics, new HostPodsMetrics(new MetricsRegistry().Factory));

    private RedirectReportFile Report => new(StateFile, _time);

    public void Dispose()
    {
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false, "\"hostPods\":null")]
    [InlineData(true, "\"hostPods\":false")]
    public async Task HostPods_WithoutALease_AreReportedOnlyIfMeant(bool hostPods, string expected)
    {
        new StateReport(new RedirectSettings { StateFile = StateFile, HostPods = hostPods }, Services).Tell(inPlace: true);
        (await File.ReadAllTextAsync(StateFile, TestContext.Current.CancellationToken)).ShouldContain(expected);
    }

    [Fact]
    public async Task Rules_JustApplied_AreReportedInPlace() => (await KeepAsync(RedirectState.Closed)).ShouldBeTrue();

    [Fact]
    public async Task FlushedRules_UntilTheNextCheck_AreReportedNotInPlace()
    {
        await KeepAsync(RedirectState.Closed);
        _node.Restore("*nat\n-F PREROUTING\nCOMMIT\n");

        (await KeepAsync(RedirectState.Closed)).ShouldBeFalse();
        (await KeepAsync(RedirectState.Closed)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Lifted")]
    [InlineData("Off")]
    public async Task Rules_RemovedOnPurpose_AreNotInPlace(string state)
    {
        await KeepAsync(RedirectState.Closed);

        (await KeepAsync(Enum.Parse<RedirectState>(state))).ShouldBeFalse();
        (await KeepAsync(Enum.Parse<RedirectState>(state))).ShouldBeFalse();
        (await KeepAsync(RedirectState.Closed)).ShouldBeTrue();
    }

    [Fact]
    public async Task UnreadableRules_AreReportedNotInPlace()
    {
        await KeepAsync(RedirectState.Closed);
        _broken = true;

        (await KeepAsync(RedirectState.Closed)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("2s", 10)]
    [InlineData("1m", 180)]
    public void Report_IsValidForThreeIntervals(string interval, int seconds)
    {
        var settings = new RedirectSettings { StateFile = StateFile, Interval = FlagValues.Duration(interval) };
        new StateReport(settings, Services).Tell(inPlace: true);

        _time.Advance(TimeSpan.FromSeconds(seconds));
        Report.Doubt().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(1));
        Report.Doubt().ShouldNotBeNull();
    }

    [Fact]
    public async Task Watch_Refused_WithdrawsTheEarlierReport()
    {
        Report.Tell(inPlace: true, TimeSpan.FromHours(1));

        await Should.ThrowAsync<RedirectRefusal>(RedirectActions.WatchAsync(
            new RedirectSettings { StateFile = StateFile, NodeIp = IPAddress.Loopback }, Services, CancellationToken.None));

        File.Exists(StateFile).ShouldBeFalse();
    }

    [Fact]
    public void Report_CannotBeWritten_DoesNotThrow()
    {
        var report = new StateReport(new RedirectSettings { StateFile = Path.Combine(_directory.FullName, "nowhere", "state.json") }, Services);

        report.Tell(inPlace: true);
        report.Withdraw();
    }

    private ProgramResult? List(string table, string chain)
    {
        var found = SavedRules.Parse(_node.Save()).Find(table, chain);
        return found is null
            ? new ProgramResult(1, "", "iptables: No chain/target/match by that name.")
            : new ProgramResult(0, $"-N {chain}\n{string.Join("", found.Lines.Select(line => $"-A {chain} {line}\n"))}", "");
    }

    private Task<bool> KeepAsync(RedirectState state) => _rules.KeepAsync(state, Override.None, CancellationToken.None);

    private Task<ProgramResult?> RunAsync(string program, ImmutableArray<string> arguments, string? input, CancellationToken cancellation)
    {
        if (_broken)
        {
            return Task.FromResult<ProgramResult?>(new ProgramResult(4, "", "iptables fails"));
        }

        if (input is not null)
        {
            _node.Restore(input);
        }

        return Task.FromResult(arguments is [.., "-t", var table, "-S", var chain]
            ? List(table, chain)
            : new ProgramResult(0, program.EndsWith("-save", StringComparison.Ordinal) ? _node.Save() : "", ""));
    }
}
