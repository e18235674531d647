namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A rule without an error, and where it stands.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="At">Its place, without what is in it: thousands of them are kept.</param>
internal sealed record PlacedRule(PolicyRule Rule, LocatedValue At)
{
    /// <summary>Where its allows stand. Read once more when it is first asked for: few rules are told of.</summary>
    public LocatedValue[] AllowsAt => field ??= At.Open().Members.First(static member => member.Name == "allow").Value.Items;
}
