using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>
/// The nf_tables table that sends the node's own connections to the proxy while it holds a lease. The lease is an element that
/// the kernel removes by itself, so that the node reaches IMDS again when nothing renews it
/// (docs/decisions/0040-intercept-the-nodes-connections-by-a-lease.md).
/// </summary>
/// <param name="open">Opens a connection to the kernel.</param>
/// <param name="nodeIp">The node's address, where the proxy listens.</param>
/// <param name="port">The proxy's port.</param>
internal sealed class LeaseTable(Func<IDatagrams> open, IPAddress nodeIp, int port)
{
    public const string Name = "imds_proxy_host";

    /// <summary>How long the node's connections go to the proxy after the last renewal.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private const string Set = "lease";
    private const string Redirecting = "output";
    private const string Guarding = "direct";
    private const byte Family = NfTablesMessage.IPv4;

    // NFT_SET_TIMEOUT, and nft's number for the type ipv4_addr, which the kernel stores for it.
    private const uint Timeout = 0x10;
    private const uint AddressType = 7;

    // NF_IP_PRI_FILTER: after NAT, so that the guard can tell redirected connections from direct ones.
    private const int AfterNat = 0;

    private readonly ImmutableArray<(string Chain, ImmutableArray<IReadOnlyList<(string Name, byte[] Data)>> Rules)> _chains =
    [
        (Redirecting, [LeaseRules.Redirect(Set, nodeIp, port), LeaseRules.NoRoute(Set)]),
        (Guarding, [LeaseRules.NoDirect(nodeIp, port)]),
    ];

    /// <summary>Creates the table without a lease, in place of an existing one.</summary>
    /// <exception cref="IOException">The kernel refused, or gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void Build() => Ask(Build);

    private void Build(NfTables tables)
    {
        var building = Removal()
            .Add("add a table", NfTablesMessage.NewTable, Table)
            .Add("add a set with time-outs", NfTablesMessage.NewSet, AddSet)
            .Add("add a NAT chain for the node's own packets", NfTablesMessage.NewChain, chain => AddChain(chain, Redirecting, "nat", NatHook.OurPriority))
            .Add("add a filter chain for the node's own packets", NfTablesMessage.NewChain, chain => AddChain(chain, Guarding, "filter", AfterNat));
        foreach (var (chain, expressions) in _chains.SelectMany(static chain => chain.Rules.Select(rule => (chain.Chain, rule))))
        {
            building.Add("add a rule for the node's own packets", NfTablesMessage.NewRule, rule => AddRule(rule, chain, expressions));
        }

        tables.Commit(building);
    }

    /// <summary>Renews the lease. Builds the table first if it is missing or was changed.</summary>
    /// <returns>Whether the table was in place.</returns>
    /// <exception cref="IOException">The kernel refused, or gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public bool Renew()
    {
        var wasInPlace = false;
        Ask(tables =>
        {
            wasInPlace = HasRules(tables);
            if (!wasInPlace)
            {
                Build(tables);
            }

            // An add alone does not restart the time of an element that exists.
            tables.Commit(NoLease().Add("add the lease", NfTablesMessage.NewElement, NewElement));
        });
        return wasInPlace;
    }

    /// <summary>Ends the lease at once. Without a table there is no lease.</summary>
    /// <exception cref="IOException">The kernel refused, or gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void End() => Ask(tables =>
    {
        try
        {
            tables.Commit(NoLease());
        }
        catch (KernelRefusal refusal) when (refusal.IsMissing)
        {
            // There is no table.
        }
    });

    /// <summary>Removes the table with its lease.</summary>
    /// <returns>False if there was no table.</returns>
    /// <exception cref="IOException">The kernel refused, or gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public bool Remove()
    {
        try
        {
            Ask(tables => tables.Commit(new NfTransaction(Family).Delete("delete a table", NfTablesMessage.DeleteTable, Table)));
            return true;
        }
        catch (KernelRefusal refusal) when (refusal.IsMissing)
        {
            return false;
        }
    }

    /// <summary>Reads the table.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public LeaseState Read()
    {
        var state = LeaseState.Missing;
        Ask(tables =>
        {
            if (HasRules(tables) && HasHook(tables))
            {
                state = HasLease(tables) ? LeaseState.Held : LeaseState.Lapsed;
            }
        });
        return state;
    }

    private static bool HasLease(NfTables tables)
    {
        var any = false;
        tables.Elements(Family, Name, Set, (_, _) => any = true);
        return any;
    }

    private static bool HasHook(NfTables tables) => NatHooks.AtOutput(tables).Any(hook => hook is { Family: Family, Table: Name, Chain: Redirecting, Priority: NatHook.OurPriority });

    private bool HasRules(NfTables tables) => _chains.All(chain => HasRules(tables, chain.Chain, chain.Rules));

    private static bool HasRules(NfTables tables, string chain, ImmutableArray<IReadOnlyList<(string Name, byte[] Data)>> wanted)
    {
        var (count, same) = (0, true);
        tables.Rules(Family, Name, chain, (_, rule) =>
        {
            same &= count < wanted.Length && NftRule.HasExpressions(rule, wanted[count]);
            count++;
        });
        return same && count == wanted.Length;
    }

    // Deleting a table that does not exist would fail.
    private static NfTransaction Removal() => new NfTransaction(Family)
        .Add("add a table", NfTablesMessage.NewTable, Table)
        .Delete("delete a table", NfTablesMessage.DeleteTable, Table);

    // NFTA_TABLE_NAME.
    private static void Table(NetlinkWriter table) => table.Text(1, Name);

    // NFTA_SET_TABLE, _NAME, _FLAGS, _KEY_TYPE, _KEY_LEN, _ID.
    private static void AddSet(NetlinkWriter set) =>
        set.Text(1, Name).Text(2, Set).Number(3, Timeout).Number(4, AddressType).Number(5, 4).Number(10, 1);

    // NFTA_CHAIN_TABLE, _NAME, _HOOK (NFTA_HOOK_HOOKNUM, _PRIORITY), _POLICY (NF_ACCEPT), _TYPE.
    private static void AddChain(NetlinkWriter chain, string name, string type, int priority) => chain
        .Text(1, Name).Text(3, name)
        .Nested(4, hook => hook.Number(1, NatHooks.Output).Number(2, unchecked((uint)priority)))
        .Number(5, 1).Text(7, type);

    // NFTA_RULE_TABLE, _CHAIN, _EXPRESSIONS (NFTA_LIST_ELEM: NFTA_EXPR_NAME, NFTA_EXPR_DATA).
    private static void AddRule(NetlinkWriter rule, string chain, IReadOnlyList<(string Name, byte[] Data)> expressions) => rule.Text(1, Name).Text(2, chain).Nested(4, list =>
    {
        foreach (var (name, data) in expressions)
        {
            list.Nested(1, expression => expression.Text(1, name).Nested(2, inner => inner.Raw(data)));
        }
    });

    // Deleting a lease that does not exist would fail.
    private static NfTransaction NoLease() => new NfTransaction(Family)
        .Add("add the lease", NfTablesMessage.NewElement, NewElement)
        .Delete("delete the lease", NfTablesMessage.DeleteElement, static element => WriteElement(element, withTime: false));

    private static void NewElement(NetlinkWriter element) => WriteElement(element, withTime: true);

    // NFTA_SET_ELEM_LIST_TABLE, _SET, _ELEMENTS (NFTA_LIST_ELEM: NFTA_SET_ELEM_KEY with NFTA_DATA_VALUE, NFTA_SET_ELEM_TIMEOUT in ms).
    private static void WriteElement(NetlinkWriter element, bool withTime) => element.Text(1, Name).Text(2, Set).Nested(3, list => list.Nested(1, one =>
    {
        one.Nested(1, key => key.Bytes(1, LeaseRules.Imds));
        if (withTime)
        {
            one.LongNumber(4, (ulong)Lease.TotalMilliseconds);
        }
    }));

    private void Ask(Action<NfTables> ask)
    {
        var datagrams = open();
        using var end = datagrams as IDisposable;
        ask(new NfTables(datagrams));
    }
}
