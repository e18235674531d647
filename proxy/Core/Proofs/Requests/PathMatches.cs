using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The terms of one policy that match a path.</summary>
/// <param name="Standing">What holds under the policy.</param>
/// <param name="Allows">The allows that match.</param>
/// <param name="Denies">The denies that match.</param>
internal sealed record PathMatches(Standing Standing, IReadOnlyList<AllowTerm> Allows, IReadOnlyList<DenyTerm> Denies)
{
    /// <summary>The terms that match a method as well.</summary>
    public PathMatches For(string method, Endpoint endpoint) => this with
    {
        Allows =
        [
            .. Allows.Where(allow => allow.Source.Methods.Contains(method, StringComparer.Ordinal)
                && (!allow.Source.Path.HasWildcard || (endpoint.CoveredByWildcards && method != "POST"))),
        ],
        Denies = [.. Denies.Where(deny => deny.Source.Methods.IsDefault || deny.Source.Methods.Contains(method, StringComparer.Ordinal))],
    };

    /// <summary>The decision on a request with these extra keys, and what is shown of the answer.</summary>
    public (Outcome Outcome, string? Rule, DocumentView? View) Decide(ImmutableArray<string> extra)
    {
        if (DenyOutcome.Of(Denies) is { } denied)
        {
            return (Standing.IsGoal ? Outcome.Denied : denied, null, null);
        }

        if (Standing.IsGoal)
        {
            return (Outcome.Permitted, null, null);
        }

        var (rule, view, showsAll) = ((string?)null, (DocumentView?)null, Standing.Mode == PolicyMode.Audit);
        foreach (var allow in Allows)
        {
            if (!allow.Accepts(extra))
            {
                continue;
            }

            rule = rule is null || string.CompareOrdinal(allow.Rule, rule) < 0 ? allow.Rule : rule;
            showsAll |= allow.Source.View is null;
            view = showsAll ? null : view is null ? allow.Source.View : view.Or(allow.Source.View!);
        }

        return rule is null && Standing.Mode == PolicyMode.Enforce ? (Outcome.Denied, null, null) : (Outcome.Permitted, rule, view);
    }
}
