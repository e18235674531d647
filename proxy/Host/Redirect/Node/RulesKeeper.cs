using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>Checks, repairs and removes the rules of one backend. Several processes can use keepers at the same time.</summary>
internal sealed class RulesKeeper(Iptables iptables, RulesLock rulesLock)
{
    public async Task<CheckResult> CheckAsync(ImmutableArray<ManagedChain> wanted, CancellationToken cancellation) =>
        RuleCheck.Of(await iptables.SaveAsync(cancellation), wanted);

    /// <summary>Checks only the wanted chains and the jumps to them. Does not find chains of ours that are no longer wanted.</summary>
    public async Task<CheckResult> QuickCheckAsync(ImmutableArray<ManagedChain> wanted, CancellationToken cancellation) =>
        RuleCheck.Of(await iptables.ListAsync(wanted, cancellation), wanted);

    /// <summary>Puts missing rules back. Checks again under the lock, because another process may already have repaired the rules.</summary>
    /// <param name="wanted">The wanted rules.</param>
    /// <param name="mayMove">Whether jumps that are only displaced may be moved.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <returns>The result of the check before the repair.</returns>
    public async Task<CheckResult> RepairAsync(ImmutableArray<ManagedChain> wanted, bool mayMove, CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        return await RepairAsync(await iptables.SaveAsync(cancellation), wanted, mayMove, cancellation);
    }

    /// <summary>Repairs only the wanted chains, which is fast on a node with many rules. Chains of ours that are no longer wanted stay.</summary>
    public async Task<CheckResult> QuickRepairAsync(ImmutableArray<ManagedChain> wanted, bool mayMove, CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        return await RepairAsync(await iptables.ListAsync(wanted, cancellation), wanted, mayMove, cancellation);
    }

    /// <summary>Removes all our rules.</summary>
    /// <returns>False if there were no rules of ours.</returns>
    public async Task<bool> RemoveAsync(CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        var text = RestoreText.Removal(await iptables.SaveAsync(cancellation));
        if (text.Length == 0)
        {
            return false;
        }

        await iptables.RestoreAsync(text, cancellation);
        return true;
    }

    /// <summary>Whether this kernel can check a source address against its interface.</summary>
    public async Task<bool> HasRpFilterAsync(CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        return await RpFilterTrial.RunAsync(iptables, cancellation);
    }

    private async Task<CheckResult> RepairAsync(SavedRules saved, ImmutableArray<ManagedChain> wanted, bool mayMove, CancellationToken cancellation)
    {
        var check = RuleCheck.Of(saved, wanted);
        var text = RestoreText.Repair(check, saved, mayMove);
        if (text.Length > 0)
        {
            await iptables.RestoreAsync(text, cancellation);
        }

        return check;
    }
}
