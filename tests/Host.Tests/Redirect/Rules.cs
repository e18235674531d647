using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>A node's rules as text: built-in chains and the rules added to them.</summary>
internal static class Rules
{
    public static readonly RedirectOptions Options = new(IPAddress.Parse("10.1.0.4"), 16254, 16255);

    public static ImmutableArray<OwnChain> Wanted { get; } = RuleSet.Of(Options);

    /// <summary>Applies restore texts to an empty node, as far as this product uses their features.</summary>
    public static SavedRules After(params string[] restores) => SavedRules.Parse(TextAfter(restores));

    public static string TextAfter(params string[] restores)
    {
        var node = new NodeModel();
        foreach (var restore in restores)
        {
            node.Restore(restore);
        }

        return node.Save();
    }

    /// <summary>The text that installs all rules on an empty node.</summary>
    public static string Everything(RedirectOptions? options = null)
    {
        var wanted = RuleSet.Of(options ?? Options);
        return RestoreText.Repair(RuleCheck.Of(SavedRules.Empty, wanted), SavedRules.Empty, mayMove: true);
    }

    public static CheckResult Check(params string[] restores) => RuleCheck.Of(After(restores), Wanted);
}
