using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The allows and denies of a rule in one slice.</summary>
/// <param name="Allows">The allows that concern the slice.</param>
/// <param name="Denies">The denies that concern the slice.</param>
internal sealed record RuleTerms(ImmutableArray<AllowTerm> Allows, ImmutableArray<DenyTerm> Denies)
{
    public bool IsEmpty => Allows.IsEmpty && Denies.IsEmpty;

    /// <summary>Whether both decisions on a request for a credential treat the terms alike, see <see cref="NaturalSpace"/>.</summary>
    public bool IsPlain { get; } =
        Allows.All(static allow => allow.Pin is null) && Denies.All(static deny => !deny.Source.Quiet && !deny.NamesApplication);

    /// <summary>Whether a deny matches every path.</summary>
    public bool IsOfEveryPath { get; } = Denies.Any(static deny => deny.Source.Path is null);

    /// <summary>The paths that are named.</summary>
    public ImmutableArray<PathPattern> Paths { get; } =
        [.. Allows.Select(static allow => allow.Source.Path).Concat(Denies.Select(static deny => deny.Source.Path).OfType<PathPattern>()).Distinct()];

    /// <summary>The terms of a rule.</summary>
    public static RuleTerms Of(PolicyRule rule, Slice slice, IdentityTable identities) => new(
        [.. rule.Allow.Where(allow => Concerns(allow, slice)).Select(allow => new AllowTerm(rule.Name, allow, identities))],
        DeniesOf(rule.Name, rule.Mode, rule.Deny, slice, identities));

    /// <summary>The terms of denies.</summary>
    public static ImmutableArray<DenyTerm> DeniesOf(
        string rule, PolicyMode? mode, ImmutableArray<DenyPermission> denies, Slice slice, IdentityTable identities) =>
        [.. denies.Where(deny => Concerns(deny, slice)).Select(deny => new DenyTerm(rule, mode, deny, identities))];

    /// <summary>The endpoint of a slice that has only one endpoint.</summary>
    public static Endpoint EndpointOf(Slice slice) => slice == Slice.Token ? ImdsEndpoints.Token : ImdsEndpoints.IssueCredential;

    /// <summary>The text of the terms; equal only for equal content.</summary>
    public string Text() => string.Join(
        '\n',
        [
            .. Allows.Select(static allow => string.Join(
                ' ',
                "allow", allow.Source.Path, List(allow.Source.Methods), List(allow.Identities), allow.IsAnyIdentity, List(allow.Resources), allow.IsAnyResource,
                List(allow.Source.ExtraQuery), allow.Pin, allow.Source.View)),
            .. Denies.Select(static deny => string.Join(
                ' ',
                "deny", deny.Mode, deny.Source.Path, List(deny.Source.Methods), List(deny.Identities), deny.IsAnyIdentity, List(deny.Resources), deny.IsAnyResource,
                deny.IsUnconditional, deny.Source.Quiet)),
        ]);

    private static bool Concerns(AllowPermission allow, Slice slice) => slice == Slice.Others
        ? allow.Path.HasWildcard || !(Matches(allow, Slice.Token) || Matches(allow, Slice.Certificate))
        : !allow.Path.HasWildcard && Matches(allow, slice) && allow.Methods.Contains(EndpointOf(slice).Methods[0], StringComparer.Ordinal);

    // Wildcards of an allow never match endpoints that issue credentials.
    private static bool Matches(AllowPermission allow, Slice slice) => allow.Path.Text == EndpointOf(slice).Path;

    private static bool Concerns(DenyPermission deny, Slice slice) => slice == Slice.Others
        ? deny.Identities.IsDefault && deny.Resources.IsDefault && !IsCredentialPath(deny.Path)
        : (deny.Path?.Matches(EndpointOf(slice).Path, StringComparison.OrdinalIgnoreCase) ?? true)
            && (deny.Methods.IsDefault || deny.Methods.Contains(EndpointOf(slice).Methods[0], StringComparer.Ordinal));

    private static bool IsCredentialPath(PathPattern? path) => path is { HasWildcard: false }
        && (path.Text.Equals(ImdsEndpoints.Token.Path, StringComparison.OrdinalIgnoreCase)
            || path.Text.Equals(ImdsEndpoints.IssueCredential.Path, StringComparison.OrdinalIgnoreCase));

    private static string List(ImmutableArray<string> items) =>
        items.IsDefault ? "-" : $"[{string.Join(',', items.Order(StringComparer.Ordinal))}]";
}
