using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class RestoreTextTests
{
    private const string Others = """
        *nat
        :KUBE-SERVICES - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        COMMIT
        *mangle
        -A FORWARD -s 192.0.2.0/24 -j ACCEPT
        COMMIT
        """;

    [Fact]
    public void Repair_OnAnEmptyNode_WritesGuardsFirstAndNatLast()
    {
        var node = new NodeModel();
        node.Restore(Rules.Everything());
        node.Committed.ShouldBe(["raw", "mangle", "security", "nat"]);
    }

    [Fact]
    public void Removal_DeletesTheGuardsFirstAndTheRedirectLast()
    {
        var node = new NodeModel();
        node.Restore(Rules.Everything());
        node.Committed.Clear();
        node.Restore(RestoreText.Removal(SavedRules.Parse(node.Save())));
        node.Committed.ShouldBe(["raw", "mangle", "security", "nat"]);
    }

    [Fact]
    public void Removal_AfterApply_RestoresThePreviousRules()
    {
        var applied = Rules.After(Others, Rules.Everything());
        Rules.TextAfter(Others, Rules.Everything(), RestoreText.Removal(applied)).ShouldBe(Rules.TextAfter(Others));
    }

    [Fact]
    public void Repair_OfARepairedNode_IsEmpty()
    {
        var saved = Rules.After(Others, Rules.Everything());
        RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove: true).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RuleCheckTests.Damages), MemberType = typeof(RuleCheckTests))]
    public void Repair_OfDamage_RestoresOurRulesAndLeavesOthersAlone(string damage, string expected)
    {
        if (expected.StartsWith("not tracked", StringComparison.Ordinal))
        {
            return;
        }

        var damaged = Rules.TextAfter(Others, Rules.Everything(), damage);
        var saved = SavedRules.Parse(damaged);
        var repair = RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove: true);
        Rules.Check(Others, Rules.Everything(), damage, repair).Missing.ShouldBeEmpty();
        Rules.TextAfter(Others, Rules.Everything(), damage, repair).ShouldContain("-A FORWARD -s 192.0.2.0/24 -j ACCEPT");
    }

    [Fact]
    public void Repair_OfOneFlushedChain_TouchesNoOtherTable()
    {
        var saved = Rules.After(Rules.Everything(), "*nat\n-F PREROUTING\nCOMMIT");
        var repair = RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove: true);
        repair.ShouldStartWith("*nat\n");
        repair.Split("COMMIT").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DisplacedJump_IsMovedOnlyIfAllowed(bool mayMove)
    {
        var saved = Rules.After(Rules.Everything(), "*mangle\n-I FORWARD 1 -j ACCEPT\nCOMMIT");
        (RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove).Length > 0).ShouldBe(mayMove);
    }

    [Fact]
    public void DuplicateJumps_AreReducedToOne()
    {
        var second = $"*nat\n-A PREROUTING {Rules.Wanted.Single(c => c.Table == "nat").Jump}\nCOMMIT";
        var saved = Rules.After(Rules.Everything(), second);
        RuleCheck.Of(saved, Rules.Wanted).InPlace.ShouldBeFalse();
        var repair = RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove: true);
        Rules.TextAfter(Rules.Everything(), second, repair).ShouldBe(Rules.TextAfter(Rules.Everything()));
    }

    [Fact]
    public void Repair_OfAnotherGeneration_ReplacesItCompletely()
    {
        var old = Rules.Everything(Rules.Options with { Generation = 0, Port = 9999 });
        var saved = Rules.After(old);
        var repair = RestoreText.Repair(RuleCheck.Of(saved, Rules.Wanted), saved, mayMove: true);
        Rules.TextAfter(old, repair).ShouldBe(Rules.TextAfter(Rules.Everything()));
    }

    [Fact]
    public void Lifted_Applied_KeepsTheOtherGuards()
    {
        var lifted = RuleSet.Of(Rules.Options with { State = RedirectState.Lifted });
        var saved = Rules.After(Rules.Everything());
        var text = Rules.TextAfter(Rules.Everything(), RestoreText.Repair(RuleCheck.Of(saved, lifted), saved, mayMove: true));
        text.ShouldNotContain("DNAT");
        text.ShouldNotContain("nothing is forwarded to IMDS");
        text.ShouldNotContain("no source route to IMDS");
        text.ShouldContain("nothing else to IMDS");
        text.ShouldContain("nothing else to the proxy");
        text.ShouldContain("-A IMDS-PROXY-FORWARD -d 168.63.129.16/32");
    }
}
