using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>What holds for any log and any policy.</summary>
public sealed class DemandPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(200);

    // Patience and rarity must not hide what the properties are about.
    private static readonly SuggestOptions Hasty = new() { Settle = TimeSpan.Zero, MinDays = 1 };

    private static readonly Gen<Case> Cases =
        from scene in SampleLogs.Scene
        from policy in Gen.Frequency((3, SampleLogs.Policy.Select(static document => (PolicyDocument?)document)), (1, Gen.Constant((PolicyDocument?)null)))
        from accepted in Gen.Choose(0, 3)
        select new Case(scene, policy, accepted);

    [Fact]
    public void Suggest_OnItsOwnResult_ProposesNothing() => ForEach(static (test, table) =>
    {
        var options = Options(test, table);
        var first = PolicySuggestion.From(table, options);

        var second = PolicySuggestion.From(table, options with { Base = first.Policy });

        second.Proposed.Select(static proposal => proposal.Demand.Id).ShouldBeEmpty();
        second.Rules.ShouldBeEmpty();
    });

    [Fact]
    public void Simulate_OfASuggestion_BreaksOnlyWhatWasLeftOut() => ForEach(static (test, table) =>
    {
        var result = PolicySuggestion.From(table, Options(test, table));
        var expected = result.LeftOut.Where(static left => left.Reason != LeftOutReason.AlreadyAllowed && left.Demand is not null).Select(static left => left.Demand!.Id)
            .Concat(result.Proposed.Where(static proposal => proposal.IsQuietDeny).Select(static proposal => proposal.Demand.Id))
            .ToHashSet(StringComparer.Ordinal);

        PolicySimulation.Run(table, result.Policy).Items
            .Where(static item => item.Outcome == SimulationOutcome.WouldBreak)
            .Select(static item => item.Demand.Id)
            .ShouldBeSubsetOf(expected, StringComparer.Ordinal);
    });

    [Fact]
    public void Simulate_OfASuggestionAgainstItsBase_OpensWhatIsProposedAndNothingThatADenyCloses() => ForEach(static (test, table) =>
    {
        var options = Options(test, table);
        var result = PolicySuggestion.From(table, options);
        var policy = options.Base ?? SampleProxy.Nothing with { Identities = [], Rules = [] };
        var denied = result.LeftOut.Where(static left => left.Reason == LeftOutReason.DeniedByRule).Select(static left => left.Demand!.Id).ToList();
        var allowed = result.Proposed.Where(static proposal => !proposal.IsQuietDeny).Select(static proposal => proposal.Demand.Id)
            .Concat(result.LeftOut.Where(static left => left.Reason == LeftOutReason.AlreadyAllowed).Select(static left => left.Demand!.Id))
            .ToList();
        var changes = PolicySimulation.Run(table, result.Policy, against: policy).Items;
        var opened = changes.Where(static item => item.Outcome == SimulationOutcome.WouldOpen).ToList();

        opened.Select(static item => item.Demand.Id).ShouldNotContain(id => denied.Contains(id));
        // A probe gets IMDS's own error as soon as anything is allowed on its path.
        opened.Where(static item => !item.Demand.Key.IsProbe).Select(static item => item.Demand.Id).ShouldBeSubsetOf(allowed, StringComparer.Ordinal);
        changes.Where(static item => item.Outcome == SimulationOutcome.WouldBreak).Select(static item => item.Reason).ShouldAllBe(static reason => reason == Reason.DenyRule);
    });

    // Every request is served once more, under the simulated policy and its modes.
    [Fact]
    public void Simulate_OfAPolicy_PredictsWhatThatPolicyDoes() => ForEach(static (test, table) =>
    {
        var policy = test.Policy ?? SampleProxy.Nothing;
        var served = Requests(test.Scene).Select(request => (Before: request(null), After: request(policy))).ToList();

        var result = PolicySimulation.Run(table, policy, asWritten: true);

        var (breaks, opens) = (served.Count(static one => one is { Before: true, After: false }), served.Count(static one => one is { Before: false, After: true }));
        result.WouldBreak.ShouldBeInRange(breaks - result.NotJudged, breaks);
        result.WouldOpen.ShouldBeInRange(opens - result.NotJudged, opens);
        (result.Unchanged + result.WouldBreak + result.WouldOpen + result.NotJudged).ShouldBe(served.Count);
        result.Items.Select(static item => item.Cause).ShouldBeSubsetOf([null, NotJudged.IdentityNeverSeen]);
    });

    // The request under the policy of its day, or under another one.
    private static IEnumerable<Func<PolicyDocument?, bool>> Requests(SampleScene scene) => SampleLogs.Requests(scene)
        .Select(request => (Func<PolicyDocument?, bool>)(policy => new SampleProxy(policy ?? scene.PolicyOn(request.Day), new SampleLog())
            .Serve(SampleLog.Day(request.Day), request.Habit.Pod, request.Habit.Target, request.Habit.Method, request.Habit.IsProbe)));

    private static SuggestOptions Options(Case test, DemandTable table) => Hasty with
    {
        Base = test.Policy,
        Accept = [.. table.Demands.Where((_, place) => test.Accepted > 0 && place % test.Accepted == 0).Select(static demand => demand.Id)],
    };

    private static void ForEach(Action<Case, DemandTable> check) => Prop.ForAll(Cases.ToArbitrary(), test =>
    {
        PolicyDocument[] policies = [test.Scene.Before, test.Scene.After, .. test.Policy is { } policy ? [policy] : Array.Empty<PolicyDocument>()];
        check(test, SampleLog.Reduce(new ReduceOptions { LabelKeys = PolicyLabels.Of(policies) }, SampleLogs.Record(test.Scene)));
    }).Check(Many);

    private sealed record Case(SampleScene Scene, PolicyDocument? Policy, int Accepted);
}
