using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>When the result of a check holds, and when iptables is needed again.</summary>
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
        var detector = new Detector { SeesEveryChange = seesEveryChange };
        var last = Settled(detector);
        last.Holds(Closed).ShouldBeTrue();
        last.HasChanged(Closed).ShouldBeFalse();
        last.Holds(RedirectState.Lifted).ShouldBeFalse("the requested state is different");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OurRules_Changed_TheCheckDoesNotHold(bool seesEveryChange)
    {
        var detector = new Detector { SeesEveryChange = seesEveryChange };
        var last = Settled(detector);
        (detector.Number, detector.Digest) = (2, 2);
        last.HasChanged(Closed).ShouldBeTrue();
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void OtherRules_Changed_TheCheckHoldsWithoutIptables()
    {
        var detector = new Detector();
        var last = Settled(detector);
        detector.Number = 2;
        last.HasChanged(Closed).ShouldBeFalse();
        last.Holds(Closed).ShouldBeTrue();
        detector.Fingerprints.ShouldBe(2, "one before the check, one for the new version");
    }

    [Fact]
    public void OurRules_ChangedInATableOfTheSameSize_AreNoticedAtTheNextCheck()
    {
        var detector = new Detector { SeesEveryChange = false };
        var last = Settled(detector);
        detector.Digest = 2;
        last.HasChanged(Closed).ShouldBeFalse("the version covers sizes only");
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void OthersFirst_RulesChanged_TheirChainIsCheckedAfterAPause()
    {
        var detector = new Detector { OthersFirst = true };
        var last = Settled(detector);
        _time.Advance(Took * 10);
        last.Holds(Closed).ShouldBeTrue("nothing changed at all");

        detector.Number = 2;
        last.Holds(Closed).ShouldBeTrue("the last check was just now");
        _time.Advance(Took * 30);
        last.HasChanged(Closed).ShouldBeTrue();
        last.Holds(Closed).ShouldBeFalse("the change may be in their chain");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Kernel_GivesNoAnswer_TheCheckDoesNotHold(bool versionIsGone)
    {
        var detector = new Detector();
        var last = Settled(detector);
        (detector.Number, detector.IsBlind) = (versionIsGone ? null : 2, true);
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void Kernel_NeverAnswers_NoChangeIsReportedBetweenTwoChecks()
    {
        var last = Settled(new NoChangeDetector());
        last.Holds(Closed).ShouldBeFalse();
        last.HasChanged(Closed).ShouldBeFalse();
    }

    [Fact]
    public void Change_DuringTheCheck_IsNoticedAfterwards()
    {
        var detector = new Detector();
        var last = new LastCheck(detector, Rules.Wanted, _time);
        last.Begin();
        (detector.Number, detector.Digest) = (2, 2);
        last.Settle(Closed, inPlace: true);
        last.Holds(Closed).ShouldBeFalse();
    }

    [Fact]
    public void Check_AfterFiveMinutes_NoLongerHolds()
    {
        var last = Settled(new Detector());
        _time.Advance(TimeSpan.FromMinutes(5));
        last.Holds(Closed).ShouldBeFalse();
        last.Begin().ShouldBeTrue("all rules are read");
        last.Settle(Closed, inPlace: true);
        last.Holds(Closed).ShouldBeTrue();
        last.Begin().ShouldBeFalse();
    }

    private LastCheck Settled(IChangeDetector detector)
    {
        var last = new LastCheck(detector, Rules.Wanted, _time);
        last.Begin();
        _time.Advance(Took);
        last.Settle(Closed, inPlace: true);
        last.InPlace.ShouldBeTrue();
        return last;
    }

    private sealed class Detector : IChangeDetector
    {
        public bool SeesEveryChange { get; init; } = true;

        public bool OthersFirst { get; init; }

        public bool IsBlind { get; set; }

        public int? Number { get; set; } = 1;

        public int Digest { get; set; } = 1;

        public int Fingerprints { get; private set; }

        public UInt128? Version() => (UInt128?)Number;

        public ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains)
        {
            Fingerprints++;
            return IsBlind ? null : new ChainsFingerprint((UInt128)Digest, OthersFirst);
        }
    }
}
