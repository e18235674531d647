using System.Globalization;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The prefix of our rules' comments: the product's name and the generation of the rules.</summary>
internal static class RuleMark
{
    private const string Product = "imds-proxy g";

    /// <summary>Whether a rule may carry the mark. <see cref="Generation"/> decides for certain.</summary>
    public static bool IsIn(string line) => line.Contains(Product, StringComparison.Ordinal);

    public static string Of(int generation) => $"{Product}{generation}:";

    /// <summary>The generation that a comment states, or null if the comment is not ours.</summary>
    public static int? Generation(string? comment)
    {
        if (comment is null || !comment.StartsWith(Product, StringComparison.Ordinal))
        {
            return null;
        }

        var end = comment.IndexOf(':', StringComparison.Ordinal);
        return end > Product.Length && int.TryParse(comment.AsSpan(Product.Length, end - Product.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : null;
    }
}
