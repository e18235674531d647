namespace ImdsProxy.Core.Policy.Reading;

/// <summary>An allow and its place.</summary>
/// <param name="Placed">The allow's rule.</param>
/// <param name="Index">The allow's index in the rule.</param>
internal readonly record struct PlacedAllow(PlacedRule Placed, int Index)
{
    public PolicyRule Rule => Placed.Rule;

    public AllowPermission Allow => Placed.Rule.Allow[Index];

    public LocatedValue At => Placed.AllowsAt[Index];

    /// <summary>The allows that satisfy a condition. Allocates only for matches, because a policy may have thousands of rules.</summary>
    public static List<PlacedAllow> Where(IReadOnlyList<PlacedRule> rules, Predicate<AllowPermission> isSo)
    {
        var found = new List<PlacedAllow>();
        foreach (var rule in rules)
        {
            for (var i = 0; i < rule.Rule.Allow.Length; i++)
            {
                if (isSo(rule.Rule.Allow[i]))
                {
                    found.Add(new PlacedAllow(rule, i));
                }
            }
        }

        return found;
    }
}
