using System.Net;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The state that the override files ask for. The clock of these tests is at 2026-11-21T04:30:00Z.</summary>
public sealed class DesiredStateTests : IDisposable
{
    private readonly DirectoryInfo _overrides = Directory.CreateTempSubdirectory("imds-proxy-override-");
    private readonly ManualTime _time = new();
    private readonly RedirectMetrics _metrics = new(new MetricsRegistry().Factory);

    public void Dispose()
    {
        _overrides.Delete(recursive: true);
    }

    [Fact]
    public void Override_Deleted_PutsTheRulesBack()
    {
        var desired = Desired();
        Write(uninstalling: false, "2026-11-21T05:30:00Z");
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);

        Clear();

        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed);
    }

    // An uninstall deletes the ConfigMap and the pods at about the same time, in either order.
    [Fact]
    public void OverrideOfAnUninstall_Deleted_HoldsUntilItsTime()
    {
        var desired = Desired();
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed);
        Write(uninstalling: true, "2026-11-21T05:30:00Z");
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);

        Clear();

        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);
        desired.Override.Reason.ShouldBe("why");
        _time.Advance(TimeSpan.FromMinutes(59));
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);
        _time.Advance(TimeSpan.FromMinutes(1));
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed, "an uninstall that never happened must leave no node open");
    }

    [Fact]
    public void OverrideOfAnUninstall_Rewritten_HoldsUntilTheNewTime()
    {
        var desired = Desired();
        desired.Next(probeIsDue: true);
        Write(uninstalling: true, "2026-11-21T05:30:00Z");
        desired.Next(probeIsDue: true);
        Write(uninstalling: true, "2026-11-21T06:30:00Z");
        desired.Next(probeIsDue: true);

        Clear();
        _time.Advance(TimeSpan.FromMinutes(61));

        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);
    }

    // An install right after an uninstall may still find the ConfigMap, which is being deleted.
    [Fact]
    public void UninstallOverride_PresentAtStart_EndsWithItsFiles()
    {
        Write(uninstalling: true, "2026-11-21T05:30:00Z");
        var desired = Desired();
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Off);

        Clear();

        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed);
    }

    // A mark alone is no override, and an invalid mark is refused. Neither may open IMDS.
    [Theory]
    [InlineData("yes", "2026-11-23T05:30:00Z")]
    [InlineData("true", "2026-11-21T05:30:00Z")]
    public void OverrideOfAnUninstall_Refused_IsNotHeld(string mark, string until)
    {
        var desired = Desired();
        Write(uninstalling: true, until);
        File.WriteAllText(Path.Combine(_overrides.FullName, "uninstalling"), mark);

        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed);
        Clear();
        desired.Next(probeIsDue: true).ShouldBe(RedirectState.Closed);
    }

    private DesiredState Desired() => new(
        new RedirectSettings { OverrideDirectory = _overrides.FullName },
        new RuleSetOptions(IPAddress.Parse("10.1.0.4"), 16254, 16255),
        new RedirectServices(
            (_, _, _, _) => throw new InvalidOperationException("no program is run"), (_, _) => true, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
            _ => ValueTask.CompletedTask, _time, NullLogger.Instance, _metrics, new HostPodsMetrics(new MetricsRegistry().Factory)));

    private void Write(bool uninstalling, string until)
    {
        foreach (var (name, text) in new[] { ("interception", "off"), ("until", until), ("reason", "why") })
        {
            File.WriteAllText(Path.Combine(_overrides.FullName, name), text);
        }

        if (uninstalling)
        {
            File.WriteAllText(Path.Combine(_overrides.FullName, "uninstalling"), "yes");
        }
    }

    private void Clear()
    {
        foreach (var file in _overrides.EnumerateFiles())
        {
            file.Delete();
        }
    }
}
