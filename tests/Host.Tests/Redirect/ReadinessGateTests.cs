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

/// <summary>The first rules wait for the proxy's readiness, at most for <c>--wait</c>.</summary>
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
    public void Rules_ProxyListensButIsNotReady_WaitUntilItIsReady()
    {
        var gate = Gate();
        _listening = true;
        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        gate.Admits(RedirectState.Lifted).ShouldBeFalse();
        gate.Admits(RedirectState.Off).ShouldBeTrue("an override does not wait");
        gate.IsOpen.ShouldBeFalse();

        Proxy.Tell();

        gate.Admits(RedirectState.Closed).ShouldBeTrue();
        gate.IsOpen.ShouldBeTrue();
        _log.All.ShouldBeEmpty();
    }

    [Fact]
    public void Rules_ProxyIsNeverReady_AreAppliedAfterTheWaitWithAWarning()
    {
        var gate = Gate();
        _time.Advance(Wait - TimeSpan.FromTicks(1));
        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        _time.Advance(TimeSpan.FromTicks(1));

        gate.Admits(RedirectState.Closed).ShouldBeTrue();

        _log.All.ShouldHaveSingleItem().ShouldStartWith("The proxy is not ready after 10 s: the rules are applied anyway");
    }

    // A compromised proxy must neither lift rules nor hold them back later.
    [Fact]
    public void Readiness_WithdrawnLater_ChangesNothing()
    {
        var gate = Gate();
        Proxy.Tell();
        gate.Admits(RedirectState.Closed).ShouldBeTrue();

        Proxy.Withdraw();

        gate.Admits(RedirectState.Closed).ShouldBeTrue();
    }

    [Fact]
    public void Rules_WithWhenDownOpen_AreNeverAppliedBeforeReadiness()
    {
        var gate = Gate(openWhenDown: true);
        _listening = true;
        _time.Advance(TimeSpan.FromHours(1));

        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        gate.Admits(RedirectState.Lifted).ShouldBeTrue("a proxy that is down has its redirect lifted, as at any other time");
        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        _log.All.ShouldHaveSingleItem().ShouldContain("--when-down is open: the rules are applied once it is ready");

        Proxy.Tell();

        gate.Admits(RedirectState.Closed).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rules_WithoutAReadyFile_WaitForAListenerUntilTheWaitEnds(bool openWhenDown)
    {
        var gate = Gate(openWhenDown, file: false);
        gate.Admits(RedirectState.Closed).ShouldBeFalse();
        _time.Advance(Wait);
        gate.Admits(RedirectState.Closed).ShouldBeTrue();
        _log.All.ShouldHaveSingleItem().ShouldStartWith("Nothing listens on 10.1.0.4:16254 after 10 s");

        _listening = true;
        Gate(openWhenDown, file: false).Admits(RedirectState.Closed).ShouldBeTrue();
    }

    private ReadinessGate Gate(bool openWhenDown = false, bool file = true) => new(
        new RedirectSettings { Wait = Wait, OpenWhenDown = openWhenDown, ReadyFile = file ? ReadyPath : null },
        Rules.Options,
        new RedirectServices(
            (_, _, _, _) => throw new InvalidOperationException("no program is run"), (_, _) => _listening, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
            _ => ValueTask.CompletedTask, _time, _log, _metrics, new HostPodsMetrics(new MetricsRegistry().Factory)));

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
