using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Applying;

/// <summary>Inspects the node before anything is changed: whether the redirect can and may be set up, and how.</summary>
internal sealed partial class Preparation(RedirectSettings settings, RedirectServices services)
{
    /// <exception cref="RedirectRefusal">The redirect can't or must not be set up.</exception>
    public async Task<PreparedRedirect> RunAsync(CancellationToken cancellation)
    {
        HostRouting.Check(settings.EbpfHostRouting, await services.Labels(cancellation));
        var nodeIp = NodeAddress.Choose(settings.NodeIp);
        var (nft, legacy) = await BackendSearch.RunAsync(services.Run, cancellation);
        var (chosen, why) = BackendChoice.Of(settings.Backend, nft, legacy);
        ReportBlocks([.. ExistingBlocks.Of("nft", nft.Rules), .. ExistingBlocks.Of("legacy", legacy.Rules)]);

        var keeper = Keeper(chosen.Program!);
        var options = new RuleSetOptions(nodeIp, settings.Port, settings.ManagementPort, settings.RpFilter, settings.WireServer, HostPods: settings.HostPods);
        if (options.RpFilter && !Uses(chosen.Rules, "rpfilter") && !await keeper.HasRpFilterAsync(cancellation))
        {
            Messages.RpFilterMissing(services.Log);
            options = options with { RpFilter = false };
        }

        var other = chosen == nft ? legacy : nft;
        return new PreparedRedirect(keeper, other.HasOurs ? Keeper(other.Program!) : null, chosen.Name, why, options)
        {
            Found = chosen.Rules,
            Changes = chosen.Backend == Backend.Nft ? new NftChangeDetector(static () => new NetlinkSocket()) : new LegacyChangeDetector(RuleSet.Tables),
        };
    }

    /// <summary>The backends that may hold our rules.</summary>
    public async Task<ImmutableArray<(string Name, RulesKeeper Keeper)>> BackendsAsync(CancellationToken cancellation)
    {
        var (nft, legacy) = await BackendSearch.RunAsync(services.Run, cancellation);
        if (settings.Backend == "auto")
        {
            return [.. new[] { nft, legacy }.Where(v => v.Program is not null).Select(v => (v.Name, Keeper(v.Program!)))];
        }

        var (chosen, _) = BackendChoice.Of(settings.Backend, nft, legacy);
        return [(chosen.Name, Keeper(chosen.Program!))];
    }

    // If a rule on the node already uses the match, the kernel has it.
    private static bool Uses(SavedRules rules, string match) =>
        rules.Chains.Any(c => c.Table == "raw" && c.Chain.Lines.Any(l => l.Contains($"-m {match} ", StringComparison.Ordinal)));

    private RulesKeeper Keeper(string program) =>
        new(new Iptables(program, services.Run), new RulesLock(settings.LockFile, services.Time));

    private void ReportBlocks(ImmutableArray<string> blocks)
    {
        if (blocks.IsEmpty)
        {
            return;
        }

        if (!settings.OverrideExistingBlock)
        {
            throw new RedirectRefusal(
                $"a rule on this node already blocks pods from IMDS ({string.Join("; ", blocks)}), and the redirect would bypass it. "
                + "If your policy enforces, pass --existing-block override. Otherwise remove that rule (on AKS: az aks update --disable-imds-restriction), or leave the redirect off");
        }

        Messages.BlockOverridden(services.Log, string.Join("; ", blocks));
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "RpFilterMissing", Level = LogLevel.Warning, Message = "The kernel has no rpfilter match, so source addresses are not checked against their interfaces")]
        public static partial void RpFilterMissing(ILogger log);

        [LoggerMessage(EventName = "BlockOverridden", Level = LogLevel.Warning, Message = "The redirect bypasses rules that block pods from IMDS, as --existing-block override permits: {Blocks}")]
        public static partial void BlockOverridden(ILogger log, string blocks);
    }
}
