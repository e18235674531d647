namespace ImdsProxy.Core.Policy.Reading;

/// <summary>An allow of a rule, and where it stands.</summary>
/// <param name="Placed">Its rule.</param>
/// <param name="Index">Its number there.</param>
internal readonly record struct PlacedAllow(PlacedRule Placed, int Index)
{
    public PolicyRule Rule => Placed.Rule;

    public AllowPermission Allow => Placed.Rule.Allow[Index];

    public LocatedValue At => Placed.AllowsAt[Index];

    /// <summary>Those of thousands of rules that are so. Costs nothing for the others.</summary>
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
