using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>When iptables is queried again.</summary>
public sealed class LastCheckTests
{
    private const RedirectState Closed = RedirectState.Closed;
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NothingChanged_TheCheckHolds(bool seesEveryChange)
    {
        var eye = new Eye { SeesEveryChange = seesEveryChange };
        var last = Settled(eye);
        last.Holds(Closed).ShouldBeTrue();
        last.HasChanged(Closed).ShouldBeFalse();
        last.Holds(RedirectState.Lifted).ShouldBeFalse("the requested state is different");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OurRules_Changed_TheCheckDoesNotHold(bool seesEveryChange)
    {
        var eye = new Eye { SeesEveryChange = seesEveryChange };
        var last = Settled(eye);
        (eye.Number, eye.Digest) = (2, 2);
        last.HasChanged(Closed).ShouldBeTrue();
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void OtherRules_Changed_TheCheckHoldsWithoutIptables()
    {
        var eye = new Eye();
        var last = Settled(eye);
        eye.Number = 2;
        last.HasChanged(Closed).ShouldBeFalse();
        last.Holds(Closed).ShouldBeTrue();
        eye.Looks.ShouldBe(2, "one before the check, one for the new version");
    }

    [Fact]
    public void OurRules_ChangedInATableOfTheSameSize_AreNoticedAtTheNextCheck()
    {
        var eye = new Eye { SeesEveryChange = false };
        var last = Settled(eye);
        eye.Digest = 2;
        last.HasChanged(Closed).ShouldBeFalse("the quick check can't tell");
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void OtherJumpsFirst_TheirChainsAreReadAfterAPause()
    {
        var eye = new Eye { OthersFirst = true };
        var last = Settled(eye);
        _time.Advance(Took * 10);
        last.Holds(Closed).ShouldBeTrue("nothing changed at all");

        eye.Number = 2;
        last.Holds(Closed).ShouldBeTrue("the last check was just now");
        _time.Advance(Took * 30);
        last.HasChanged(Closed).ShouldBeTrue();
        last.Holds(Closed).ShouldBeFalse("the change may be in their chain");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KernelWithoutAnAnswer_TheCheckDoesNotHold(bool versionIsGone)
    {
        var eye = new Eye();
        var last = Settled(eye);
        (eye.Number, eye.IsBlind) = (versionIsGone ? null : 2, true);
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void KernelThatNeverAnswers_BetweenTwoChecks_NothingIsCertain()
    {
        var last = Settled(new NoEye());
        last.Holds(Closed).ShouldBeFalse();
        last.HasChanged(Closed).ShouldBeFalse();
    }

    [Fact]
    public void Change_DuringTheCheck_IsNoticedAfterIt()
    {
        var eye = new Eye();
        var last = new LastCheck(eye, Rules.Wanted, _time);
        last.Begin();
        (eye.Number, eye.Digest) = (2, 2);
        last.Settle(Closed, inPlace: true);
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void Trust_EndsAfterFiveMinutes()
    {
        var last = Settled(new Eye());
        _time.Advance(TimeSpan.FromMinutes(5));
        last.Holds(Closed).ShouldBeFalse();
        last.Begin().ShouldBeTrue("all rules are read");
        last.Settle(Closed, inPlace: true);
        last.Holds(Closed).ShouldBeTrue();
        last.Begin().ShouldBeFalse();
    }

    private LastCheck Settled(IRulesEye eye)
    {
        var last = new LastCheck(eye, Rules.Wanted, _time);
        last.Begin();
        _time.Advance(Took);
        last.Settle(Closed, inPlace: true);
        last.InPlace.ShouldBeTrue();
        return last;
    }

    private sealed class Eye : IRulesEye
    {
        public bool SeesEveryChange { get; init; } = true;

        public bool OthersFirst { get; init; }

        public bool IsBlind { get; set; }

        public int? Number { get; set; } = 1;

        public int Digest { get; set; } = 1;

        public int Looks { get; private set; }

        public UInt128? Version() => (UInt128?)Number;

        public RulesGlance? Look(ImmutableArray<OwnChain> chains)
        {
            Looks++;
            return IsBlind ? null : new RulesGlance((UInt128)Digest, OthersFirst);
        }
    }
}
