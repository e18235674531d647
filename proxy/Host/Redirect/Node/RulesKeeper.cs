using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>Reads, repairs and removes the rules of one backend. Safe beside others of its kind.</summary>
internal sealed class RulesKeeper(Iptables iptables, RulesLock rulesLock)
{
    public async Task<CheckResult> CheckAsync(ImmutableArray<ManagedChain> wanted, CancellationToken cancellation) =>
        RuleCheck.Of(await iptables.SaveAsync(cancellation), wanted);

    /// <summary>The same from the wanted chains and those they are jumped to from alone. Chains of ours that are not wanted are not seen.</summary>
    public async Task<CheckResult> QuickCheckAsync(ImmutableArray<ManagedChain> wanted, CancellationToken cancellation) =>
        RuleCheck.Of(await iptables.ListAsync(wanted, cancellation), wanted);

    /// <summary>Puts back what is missing and tells what that was; asks again under the lock, for another may have been faster.</summary>
    /// <param name="wanted">The rules.</param>
    /// <param name="mayMove">Whether jumps that are only displaced may be moved.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    public async Task<CheckResult> RepairAsync(ImmutableArray<ManagedChain> wanted, bool mayMove, CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        return await RepairAsync(await iptables.SaveAsync(cancellation), wanted, mayMove, cancellation);
    }

    /// <summary>The same, without a look at chains of ours that are not wanted: quick beside many rules of others.</summary>
    public async Task<CheckResult> QuickRepairAsync(ImmutableArray<ManagedChain> wanted, bool mayMove, CancellationToken cancellation)
    {
        using var held = await rulesLock.AcquireAsync(cancellation);
        return await RepairAsync(await iptables.ListAsync(wanted, cancellation), wanted, mayMove, cancellation);
    }

    /// <summary>Takes away what is ours. False when nothing was.</summary>
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

    /// <summary>Whether this kernel can hold a source address to its interface.</summary>
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
