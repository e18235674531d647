using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Reads the node's rules once for all checks.</summary>
internal sealed class RulesReader(Place place, RedirectSettings settings, RedirectServices services)
{
    private const string Elsewhere = "run doctor in the container redirect";

    // The rules are shown whatever else is wrong: an existing block and eBPF host routing have checks of their own.
    private readonly RedirectSettings _settings = settings with { OverrideExistingBlock = true, EbpfHostRouting = "no" };

    private Task<(NodeRules? Rules, string? Reason)>? _reading;

    /// <summary>The rules, or the reason why they can't be read in this place.</summary>
    public Task<(NodeRules? Rules, string? Reason)> ReadAsync(CancellationToken cancellation) => _reading ??= ReadOnceAsync(cancellation);

    private async Task<(NodeRules? Rules, string? Reason)> ReadOnceAsync(CancellationToken cancellation)
    {
        if (!place.OnNode)
        {
            return (null, "An ordinary pod can't see the node's rules.");
        }

        try
        {
            var (nft, legacy) = await BackendSearch.RunAsync(services.Run, cancellation);
            return nft.Program is null && legacy.Program is null
                ? (null, $"iptables is not installed here; {Elsewhere}.")
                : (await CompareAsync(nft, legacy, cancellation), null);
        }
        catch (RedirectRefusal)
        {
            // The only refusal of the search is a missing permission.
            return (null, $"Reading the rules needs root and the capability NET_ADMIN; {Elsewhere}.");
        }
    }

    private async Task<NodeRules> CompareAsync(BackendView nft, BackendView legacy, CancellationToken cancellation)
    {
        try
        {
            var redirect = await new Preparation(_settings, services).RunAsync(cancellation);
            return new NodeRules(nft, legacy, redirect, null, RuleCheck.Of(redirect.Found, redirect.Wanted(RedirectState.Closed)));
        }
        catch (Exception e) when (e is RedirectRefusal or IptablesFailure)
        {
            return new NodeRules(nft, legacy, null, e.Message, null);
        }
    }
}
