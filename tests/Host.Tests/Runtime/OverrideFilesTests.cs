using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class OverrideFilesTests
{
    // The clock of these tests stands at 2026-11-21T04:30:00Z.
    [Theory]
    [InlineData(null, null, null, false, false)]
    [InlineData("off", "2026-11-21T06:00:00Z", "outage", true, false)]
    [InlineData("off\n", "2026-11-21T06:00:00Z\n", "outage\n", true, false)]
    [InlineData("off", "2026-11-21T06:00:00.5Z", "outage", true, false)]
    [InlineData("off", "2026-11-21T07:00:00+02:00", "outage", true, false)]
    [InlineData("off", "2026-11-22T04:30:00Z", "outage", true, false)]
    [InlineData("off", "2026-11-21T04:30:00Z", "outage", false, false)]
    [InlineData("off", "2026-11-21T06:00:00+02:00", "outage", false, false)]
    [InlineData("off", "2026-11-22T04:30:01Z", "outage", false, true)]
    [InlineData("off", "2026-11-21T06:00:00", "outage", false, true)]
    [InlineData("off", "tomorrow", "outage", false, true)]
    [InlineData("off", "", "outage", false, true)]
    [InlineData("off", null, "outage", false, true)]
    [InlineData("off", "2026-11-21T06:00:00Z", null, false, true)]
    [InlineData("off", "2026-11-21T06:00:00Z", " ", false, true)]
    [InlineData("OFF", "2026-11-21T06:00:00Z", "outage", false, true)]
    [InlineData("on", "2026-11-21T06:00:00Z", "outage", false, true)]
    [InlineData("", "2026-11-21T06:00:00Z", "outage", false, true)]
    public void Override_AsWritten_IsObeyedOrRefused(string? interception, string? until, string? reason, bool off, bool refused)
    {
        var current = Files(interception, until, reason, new ManualTime()).Current();
        current.On.ShouldBe(off);
        (current.Refusal is not null).ShouldBe(refused);
    }

    [Fact]
    public void Override_PastItsTime_Ends()
    {
        var time = new ManualTime();
        var files = Files("off", "2026-11-21T04:31:00Z", "outage", time);
        files.Current().On.ShouldBeTrue();
        time.Advance(TimeSpan.FromMinutes(1));
        files.Current().ShouldBe(Override.None);
    }

    [Fact]
    public void Override_TooFarInTheFuture_StaysRefused()
    {
        var time = new ManualTime();
        var files = Files("off", "2026-11-22T06:00:00Z", "outage", time);
        files.Current().Refusal.ShouldNotBeNull();
        time.Advance(TimeSpan.FromHours(2));
        files.Current().On.ShouldBeFalse();
    }

    [Fact]
    public void Override_ThatCannotBeRead_IsRefused()
    {
        var files = new OverrideFiles("interception", "off", name => name == "interception" ? "off" : throw new UnauthorizedAccessException("no"), new ManualTime());
        files.Current().Refusal.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData("yes\n", true, true)]
    [InlineData("no", false, false)]
    [InlineData("", false, false)]
    public void Override_MarkedAsAnUninstall_NeedsTheExactWord(string? mark, bool on, bool uninstalling)
    {
        var current = Files("off", "2026-11-21T06:00:00Z", "outage", new ManualTime(), mark).Current();
        current.On.ShouldBe(on);
        current.Uninstalling.ShouldBe(uninstalling);
    }

    [Fact]
    public void Override_WithOnlyTheUninstallMark_IsNone() => Files(null, "2026-11-21T06:00:00Z", "outage", new ManualTime(), "yes").Current().ShouldBe(Override.None);

    private static OverrideFiles Files(string? interception, string? until, string? reason, ManualTime time, string? mark = null) => new(
        "interception",
        "off",
        name => name switch { "interception" => interception, "until" => until, "reason" => reason, "uninstalling" => mark, _ => null }, time);
}
