using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>What may come before the redirect and is no rule of iptables.</summary>
/// <param name="Blockers">What may make it ineffective.</param>
/// <param name="Notes">What is worth knowing.</param>
internal sealed record OtherInterceptors(ImmutableArray<string> Blockers, ImmutableArray<string> Notes)
{
    // An AKS node has an interface for each of up to 250 pods.
    private const int MostNames = 8;

    /// <summary>Looks at this network namespace now.</summary>
    public static OtherInterceptors Find()
    {
        var (hooks, failure) = Hooks();
        return Of(hooks, failure, SourceRouting.Interfaces());
    }

    public static OtherInterceptors Of(ImmutableArray<NatHook> hooks, string? failure, ImmutableArray<string> sourceRouted) => new(
        [.. hooks.Where(hook => hook.IsBefore).Select(hook => $"displaced: nat PREROUTING: a chain of native nftables comes first and may translate pods' packets: {hook}")],
        [
            .. hooks.Where(hook => !hook.IsBefore).Select(hook => $"a chain of native nftables stands at the same place as our redirect: {hook}"),
            .. failure is null ? Array.Empty<string>() : [$"chains of native nftables could not be looked at: {failure}"],
            .. sourceRouted.IsEmpty ? Array.Empty<string>() : [SourceRouted(sourceRouted)],
        ]);

    private static string SourceRouted(ImmutableArray<string> interfaces) =>
        $"source-routed packets are accepted (net.ipv4.conf.all.accept_source_route and that of {string.Join(", ", interfaces.Take(MostNames))}"
        + $"{(interfaces.Length > MostNames ? $" and {interfaces.Length - MostNames} more" : "")}): only the guard in mangle POSTROUTING keeps them from IMDS; set net.ipv4.conf.all.accept_source_route=0";

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
