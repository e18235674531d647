using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>When the first rules may come: with the proxy's readiness, or after the wait.</summary>
public sealed class ReadinessGateTests : IDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-first-");
    private readonly ManualTime _time = new();
    private readonly RedirectMetrics _metrics = new(new MetricsRegistry().Factory);
    private readonly Lines _log = new();
    private bool _listening;

    private string ReadyPath => Path.Combine(_directory.FullName, "ready");

    private ReadyFile Proxy => new(ReadyPath, _time);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Rules_OfAProxyThatListensAndIsNotReady_AreHeldBackUntilItIs()
    {
        var first = First();
        _listening = true;
        first.Admits(RedirectState.Closed).ShouldBeFalse();
        first.Admits(RedirectState.Lifted).ShouldBeFalse();
        first.Admits(RedirectState.Off).ShouldBeTrue("an override waits for nobody");
        first.IsOver.ShouldBeFalse();

        Proxy.Tell();

        first.Admits(RedirectState.Closed).ShouldBeTrue();
        first.IsOver.ShouldBeTrue();
        _log.All.ShouldBeEmpty();
    }

    [Fact]
    public void Rules_OfAProxyThatNeverIsReady_ComeAfterTheWaitAndThatIsSaid()
    {
        var first = First();
        _time.Advance(Wait - TimeSpan.FromTicks(1));
        first.Admits(RedirectState.Closed).ShouldBeFalse();
        _time.Advance(TimeSpan.FromTicks(1));

        first.Admits(RedirectState.Closed).ShouldBeTrue();

        _log.All.ShouldHaveSingleItem().ShouldStartWith("The proxy is not ready after 10 s: the rules are applied all the same");
    }

    // The proxy may be taken over: what it tells later must neither lift rules nor hold them back.
    [Fact]
    public void Word_TakenBackLater_ChangesNothing()
    {
        var first = First();
        Proxy.Tell();
        first.Admits(RedirectState.Closed).ShouldBeTrue();

        Proxy.Withdraw();

        first.Admits(RedirectState.Closed).ShouldBeTrue();
    }

    [Fact]
    public void Rules_WithWhenDownOpen_ComeWithReadinessAndNeverBefore()
    {
        var first = First(openWhenDown: true);
        _listening = true;
        _time.Advance(TimeSpan.FromHours(1));

        first.Admits(RedirectState.Closed).ShouldBeFalse();
        first.Admits(RedirectState.Closed).ShouldBeFalse();
        first.Admits(RedirectState.Lifted).ShouldBeTrue("a proxy that is down has its redirect lifted, as at any other time");
        first.Admits(RedirectState.Closed).ShouldBeFalse();
        _log.All.ShouldHaveSingleItem().ShouldContain("--when-down is open: the rules come when it is");

        Proxy.Tell();

        first.Admits(RedirectState.Closed).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rules_WithoutAReadyFile_WaitForAListenerAtMostTheWait(bool openWhenDown)
    {
        var first = First(openWhenDown, file: false);
        first.Admits(RedirectState.Closed).ShouldBeFalse();
        _time.Advance(Wait);
        first.Admits(RedirectState.Closed).ShouldBeTrue();
        _log.All.ShouldHaveSingleItem().ShouldStartWith("Nothing listens on 10.1.0.4:16254 after 10 s");

        _listening = true;
        First(openWhenDown, file: false).Admits(RedirectState.Closed).ShouldBeTrue();
    }

    private ReadinessGate First(bool openWhenDown = false, bool file = true) => new(
        new RedirectSettings { Wait = Wait, OpenWhenDown = openWhenDown, ReadyFile = file ? ReadyPath : null },
        Rules.Options,
        new RedirectServices(
            (_, _, _, _) => throw new InvalidOperationException("no program is run"), (_, _) => _listening, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
            _ => ValueTask.CompletedTask, _time, _log, _metrics));

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
