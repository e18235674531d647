namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A valid rule and its place.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="At">The rule's value. It is closed, because thousands of rules are kept.</param>
internal sealed record PlacedRule(PolicyRule Rule, LocatedValue At)
{
    /// <summary>The places of the rule's allows. Read again on first use, because few rules have problems to report.</summary>
    public LocatedValue[] AllowsAt => field ??= At.Open().Members.First(static member => member.Name == "allow").Value.Items;
}
