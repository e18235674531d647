using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Doctor.Rules;

/// <summary>The iptables rules of the node, as far as they can be read.</summary>
/// <param name="Nft">The nft backend as found.</param>
/// <param name="Legacy">The legacy backend as found.</param>
/// <param name="Redirect">The redirect as it would be set up, or null if it can't or must not be.</param>
/// <param name="Refusal">Why <paramref name="Redirect"/> is null.</param>
/// <param name="Check">The comparison of the wanted rules with those on the node, or null without a redirect.</param>
internal sealed record NodeRules(BackendView Nft, BackendView Legacy, PreparedRedirect? Redirect, string? Refusal, CheckResult? Check);
