using System.Text;
using ImdsProxy.WebConsole.Views;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.WebConsole;

public sealed class EnforcementGapsTests
{
    public static TheoryData<string, string[], string[]> Logs => new()
    {
        { "nothing", [], [] },
        { "an enforced policy", [Event(1, "policy-loaded", "\"mode\":\"enforce\"")], [] },
        { "audit, then enforce", [Event(1, "policy-loaded", "\"mode\":\"audit\",\"revision\":\"r1\""), Event(5, "policy-loaded", "\"mode\":\"enforce\"")], ["1-5 audit mode: policy r1"] },
        { "audit twice", [Event(1, "policy-loaded", "\"mode\":\"audit\",\"revision\":\"r1\""), Event(3, "policy-loaded", "\"mode\":\"audit\",\"revision\":\"r2\"")], ["1- audit mode: policy r1"] },
        { "a change of the mode", [Event(2, "mode-changed", "\"from\":\"enforce\",\"to\":\"audit\""), Event(3, "mode-changed", "\"from\":\"audit\",\"to\":\"enforce\"")], ["2-3 audit mode: "] },
        { "break glass", [Event(2, "override-began", "\"reason\":\"incident\""), Event(4, "override-ended", "\"mode\":\"audit\"")], ["2-4 break glass: incident"] },
        { "break glass that lasts", [Event(2, "override-began", "\"reason\":\"incident\"")], ["2- break glass: incident"] },
        { "a removed redirect", [Event(1, "redirect-removed", "\"reason\":\"test\""), Event(2, "redirect-applied", "\"a\":1")], ["1-2 redirect removed: test"] },
        { "a repaired redirect", [Event(7, "redirect-repaired", "\"missing\":[\"nat\"]")], ["7-7 redirect repaired: [\"nat\"]"] },
        { "an end without a beginning", [Event(4, "override-ended", "\"mode\":\"audit\"")], [] },
    };

    [Theory, MemberData(nameof(Logs))]
    public void All_Events_MakePeriods(string what, string[] events, string[] periods)
    {
        var gaps = new EnforcementGaps();
        foreach (var line in events)
        {
            gaps.Add(Encoding.UTF8.GetBytes(line));
        }

        gaps.All().Select(static period => $"{period.From.Hour}-{period.To?.Hour} {period.What}: {period.Detail}").ShouldBe(periods, what);
    }

    [Fact]
    public void All_OtherNode_DoesNotEndAPeriod()
    {
        var gaps = new EnforcementGaps();
        gaps.Add(Encoding.UTF8.GetBytes(Event(1, "override-began", "\"reason\":\"a\"")));
        gaps.Add(Encoding.UTF8.GetBytes(Event(2, "override-ended", "\"mode\":\"audit\"", node: "aks-2")));

        gaps.All().ShouldHaveSingleItem().To.ShouldBeNull();
    }

    private static string Event(int hour, string name, string fields, string node = "aks-1") =>
        $$"""{"ts":"2026-11-29T{{hour:00}}:00:00.0000000Z","kind":"event","event":"{{name}}","node":"{{node}}",{{fields}}}""";
}
