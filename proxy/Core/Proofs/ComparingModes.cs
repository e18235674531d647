using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>
/// Compares two policies under every mode in which they can be in force. With every rule enforced, a change of a mode makes no
/// difference, and neither does the loss of a rule that is enforced under break glass too.
/// </summary>
internal static class ComparingModes
{
    /// <summary>The comparison with every rule enforced, and after it what only other modes show.</summary>
    public static ImmutableArray<AssumedComparison> Of(PolicyDocument a, PolicyDocument b, long budget)
    {
        var all = new List<AssumedComparison>();
        foreach (var assumption in Needed(a, b))
        {
            var comparison = Comparing.Of(a, b, assumption, null, budget);
            all.Add(new AssumedComparison(assumption, Without(comparison, all)));
        }

        return [.. all];
    }

    // An assumption is left out if both policies decide under it exactly as under another one.
    private static IEnumerable<Assumption> Needed(PolicyDocument a, PolicyDocument b)
    {
        yield return Assumption.Enforced;
        if (!PolicyProofs.IsWhollyEnforced(a) || !PolicyProofs.IsWhollyEnforced(b))
        {
            yield return Assumption.AsWritten;
        }

        if ((HasEnforcedRule(a) || HasEnforcedRule(b)) && !(IsWhollyAudit(a) && IsWhollyAudit(b)))
        {
            yield return Assumption.Override;
        }
    }

    private static bool IsWhollyAudit(PolicyDocument policy) => policy.Mode == PolicyMode.Audit && policy.ModeExceptions.IsEmpty;

    private static bool HasEnforcedRule(PolicyDocument policy) => policy.Rules.Any(static rule => rule.Mode == PolicyMode.Enforce);

    private static Comparison Without(Comparison comparison, List<AssumedComparison> known)
    {
        return comparison with
        {
            More = New(static other => other.More),
            Less = New(static other => other.Less),
            Quieter = New(static other => other.Quieter),
            Louder = New(static other => other.Louder),
        };

        ImmutableArray<Difference> New(Func<Comparison, ImmutableArray<Difference>> of)
        {
            var seen = known.SelectMany(entry => of(entry.Comparison)).Select(Key).ToHashSet();
            return [.. of(comparison).Where(difference => !seen.Contains(Key(difference)))];
        }
    }

    private static (DifferenceKind, string, string) Key(Difference difference) => (difference.Kind, difference.Workloads, difference.Requests);
}
