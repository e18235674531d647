using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The rules of a node as text, and the wanted rules.</summary>
internal static class Rules
{
    public static readonly RuleSetOptions Options = new(IPAddress.Parse("10.1.0.4"), 16254, 16255);

    public static ImmutableArray<ManagedChain> Wanted { get; } = RuleSet.Of(Options);

    /// <summary>The rules of an empty node after these restore inputs.</summary>
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

    /// <summary>The restore input that puts all rules in place on an empty node.</summary>
    public static string Everything(RuleSetOptions? options = null)
    {
        var wanted = RuleSet.Of(options ?? Options);
        return RestoreText.Repair(RuleCheck.Of(SavedRules.Empty, wanted), SavedRules.Empty, mayMove: true);
    }

    public static CheckResult Check(params string[] restores) => RuleCheck.Of(After(restores), Wanted);
}
