using ImdsProxy.Management;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Management;

public sealed class ReadinessTests
{
    [Fact]
    public void IsReady_WithoutChecks_IsTrue() => new Readiness().IsReady.ShouldBeTrue();

    [Fact]
    public void Ask_WithAFailedCheck_ReportsAllInOrderWithReasons()
    {
        string? reason = "no policy was ever loaded";
        var readiness = new Readiness();
        readiness.Add("policy", () => reason);
        readiness.Add("audit", () => null);

        readiness.IsReady.ShouldBeFalse();
        readiness.Ask().ShouldBe([new("policy", false, reason), new("audit", true, null)]);

        reason = null;
        readiness.IsReady.ShouldBeTrue();
    }

    [Fact]
    public void Ask_WithACheckThatThrows_IsNotReadyAndHidesTheMessage()
    {
        var readiness = new Readiness();
        readiness.Add("callers", () => throw new InvalidOperationException("a secret"));

        var check = readiness.Ask().ShouldHaveSingleItem();

        check.Ready.ShouldBeFalse();
        check.Reason.ShouldNotBeNull().ShouldNotContain("secret");
    }
}
