using System.Collections.Immutable;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Interceptors other than iptables rules that may take packets before our redirect does.</summary>
/// <param name="Blockers">Findings that may make the redirect ineffective.</param>
/// <param name="Notes">Findings worth knowing that are not problems.</param>
internal sealed record OtherInterceptors(ImmutableArray<string> Blockers, ImmutableArray<string> Notes)
{
    // An AKS node has an interface for each of its pods, up to 250.
    private const int MaxNames = 8;

    /// <summary>Searches the current network namespace.</summary>
    public static OtherInterceptors Find()
    {
        var (hooks, failure) = Hooks();
        return Of(hooks, failure, SourceRouting.Interfaces());
    }

    /// <summary>Searches for native nftables chains only.</summary>
    public static OtherInterceptors FindChains()
    {
        var (hooks, failure) = Hooks();
        return Of(hooks, failure, []);
    }

    public static OtherInterceptors Of(ImmutableArray<NatHook> hooks, string? failure, ImmutableArray<string> sourceRouted) => new(
        [.. hooks.Where(hook => hook.IsBefore).Select(hook => $"displaced: nat PREROUTING: a native nftables chain runs first and may redirect pods' packets: {hook}")],
        [
            .. hooks.Where(hook => !hook.IsBefore).Select(hook => $"a native nftables chain has the same priority as our redirect: {hook}"),
            .. failure is null ? Array.Empty<string>() : [$"native nftables chains could not be checked: {failure}"],
            .. sourceRouted.IsEmpty ? Array.Empty<string>() : [SourceRouted(sourceRouted)],
        ]);

    private static string SourceRouted(ImmutableArray<string> interfaces) =>
        $"the node accepts source-routed packets (accept_source_route is 1 for all and for {string.Join(", ", interfaces.Take(MaxNames))}"
        + $"{(interfaces.Length > MaxNames ? $" and {interfaces.Length - MaxNames} more" : "")}): only the guard in mangle POSTROUTING keeps them from IMDS; set net.ipv4.conf.all.accept_source_route=0";

    private static (ImmutableArray<NatHook> Hooks, string? Failure) Hooks()
    {
        try
        {
            using var socket = new NetlinkSocket();
            return (NatHooks.Find(new NfTables(socket)), null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return ([], e.Message);
        }
    }
}
