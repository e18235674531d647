using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Determines whether two rules apply to the same workloads.</summary>
internal static class WorkloadOverlap
{
    /// <summary>Whether both rules certainly apply to some workload: a match of one rule includes a match of the other, and no exception removes part of it.</summary>
    public static bool IsCertain(PolicyRule one, PolicyRule other) => Pairs(one, other).Any(pair =>
        (WorkloadCover.Covers([pair.One], [pair.Other]) && IsWhole(pair.Other, one, other))
        || (WorkloadCover.Covers([pair.Other], [pair.One]) && IsWhole(pair.One, one, other)));

    /// <summary>Whether both rules may apply to some workload.</summary>
    public static bool IsPossible(PolicyRule one, PolicyRule other) => Pairs(one, other).Any(pair =>
        MayMeet(pair.One, pair.Other)
        && !WorkloadCover.Covers(other.Except, [pair.One])
        && !WorkloadCover.Covers(one.Except, [pair.Other])
        && !WorkloadCover.Covers(one.Except, [pair.One])
        && !WorkloadCover.Covers(other.Except, [pair.Other]));

    private static IEnumerable<(WorkloadMatch One, WorkloadMatch Other)> Pairs(PolicyRule one, PolicyRule other) =>
        one.Workloads.SelectMany(_ => other.Workloads, (left, right) => (left, right));

    private static bool IsWhole(WorkloadMatch match, PolicyRule one, PolicyRule other) =>
        !one.Except.Concat(other.Except).Any(except => MayMeet(match, except));

    private static bool MayMeet(WorkloadMatch one, WorkloadMatch other) =>
        MayMeet(one.Namespaces, other.Namespaces)
        && MayMeet(one.ServiceAccounts, other.ServiceAccounts)
        && MayMeet(one.Owners, other.Owners)
        && (one.Labels.IsDefault || other.Labels.IsDefault
            || !one.Labels.Any(label => other.Labels.Any(another => another.Key == label.Key && another.Value != label.Value)));

    private static bool MayMeet(ImmutableArray<string> one, ImmutableArray<string> other) =>
        one.IsDefault || other.IsDefault || one.Any(left => other.Any(right => MayMeet(left, right)));

    private static bool MayMeet(string one, string other) => (one.EndsWith('*'), other.EndsWith('*')) switch
    {
        (false, false) => one == other,
        (true, false) => other.StartsWith(one[..^1], StringComparison.Ordinal),
        (false, true) => one.StartsWith(other[..^1], StringComparison.Ordinal),
        _ => one.StartsWith(other[..^1], StringComparison.Ordinal) || other.StartsWith(one[..^1], StringComparison.Ordinal),
    };
}
