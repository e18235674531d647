using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>
/// Finds rules that take the node's connections before the lease does. Listing iptables rules is expensive, so they are listed
/// when the kernel reports that the two chains changed, and once a minute, because a chain that they jump to may have changed.
/// </summary>
internal sealed class PastRules(IChangeDetector changes, RedirectServices services)
{
    private static readonly TimeSpan ListInterval = TimeSpan.FromMinutes(1);

    private static readonly ImmutableArray<ManagedChain> Chains = [Chain("raw"), Chain("nat")];

    private UInt128? _fingerprint;
    private long? _listed;
    private ImmutableArray<string> _rules = [];

    /// <exception cref="IOException">The rules can't be listed.</exception>
    /// <exception cref="InvalidDataException">The kernel's answer is invalid.</exception>
    public async Task<IEnumerable<PastFinding>> LookAsync(NfTables tables, CancellationToken cancellation)
    {
        var fingerprint = changes.Fingerprint(Chains)?.Digest;
        if (fingerprint != _fingerprint || _listed is not { } listed || services.Time.GetElapsedTime(listed) >= ListInterval)
        {
            (_fingerprint, _listed) = (fingerprint, services.Time.GetTimestamp());
            _rules = await ListAsync(cancellation);
        }

        return _rules.Concat(Native(tables)).Select(static rule => new PastFinding(PastReason.Rule, SocketOwner.None.Instance, rule, 1));
    }

    /// <summary>The native chains that run before the lease's chain. At the same priority, the chain that was created first runs first.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The kernel's answer is invalid.</exception>
    public static IEnumerable<string> Native(NfTables tables) => NatHooks.AtOutput(tables)
        .Where(hook => hook.IsBefore && NatHooks.HasRules(tables, hook))
        .Select(static hook => hook.ToString());

    private async Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation)
    {
        var (nft, legacy) = await BackendSearch.RunAsync(services.Run, cancellation);
        return [.. OutputRules.Ahead("nft", nft.Rules), .. OutputRules.Ahead("legacy", legacy.Rules)];
    }

    private static ManagedChain Chain(string table) => new(table, "OUTPUT", "OUTPUT", "", [], []);
}
