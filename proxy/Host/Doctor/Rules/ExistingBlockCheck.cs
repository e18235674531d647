using System.Collections.Immutable;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether AKS's own IMDS restriction (<c>podLinkLocalAccess: None</c>) or another rule closes IMDS to pods.</summary>
/// <param name="reader">The node's rules.</param>
/// <param name="isOverridden">Whether the redirect was told to bypass such a rule.</param>
internal sealed class ExistingBlockCheck(RulesReader reader, bool isOverridden) : ICheck
{
    private const string Cure =
        "If the policy enforces, set redirect.existingBlock=override. Otherwise remove the rule first; on AKS: az aks update --disable-imds-restriction, then upgrade the node image of each pool (docs/migrate.md).";

    public string Name => "imds-restriction";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        if (rules is null)
        {
            return Finding.NotApplicable(reason!);
        }

        ImmutableArray<string> blocks = [.. ExistingBlocks.Of("nft", rules.Nft.Rules), .. ExistingBlocks.Of("legacy", rules.Legacy.Rules)];
        return blocks switch
        {
            [] => Finding.Good("No other rule closes IMDS to pods (AKS's restriction, podLinkLocalAccess: None, is not in effect on this node)."),
            _ when isOverridden => Finding.Warning(
                "A rule on this node closes IMDS to pods, and the redirect bypasses it, as its settings permit. In audit mode, IMDS is open.",
                "Remove the rule once the policy enforces; on AKS: az aks update --disable-imds-restriction (docs/migrate.md).").Listing(blocks),
            _ => Finding.Broken("A rule on this node already closes IMDS to pods, so the redirect refuses to start.", Cure).Listing(blocks),
        };
    }
}
