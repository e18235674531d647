namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Tells a policy from a file of tests, for the author who gave one in place of the other.</summary>
internal static class DocumentKinds
{
    /// <summary>Whether a document that should be a file of tests is a policy.</summary>
    public static bool IsPolicy(LocatedValue root) => Has(root, "rules", "mode") && !Has(root, "examples", "never");

    /// <summary>Whether a document that should be a policy, or a fragment of one, is a file of tests.</summary>
    public static bool IsTests(LocatedValue root) => Has(root, "examples", "never") && !Has(root, "rules", "mode", "identities");

    private static bool Has(LocatedValue root, params ReadOnlySpan<string> keys)
    {
        foreach (var member in root.Members)
        {
            if (keys.Contains(member.Name))
            {
                return true;
            }
        }

        return false;
    }
}
