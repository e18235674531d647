using System.Collections.Immutable;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Finds native nftables chains that run before our redirect. iptables does not list them.</summary>
internal static class NatHooks
{
    // NFTA_CHAIN_TABLE, _NAME, _HOOK, _TYPE; NFTA_HOOK_HOOKNUM, _PRIORITY.
    private const int Table = 1;
    private const int Name = 3;
    private const int Hook = 4;
    private const int Type = 7;
    private const int HookNumber = 1;
    private const int Priority = 2;

    // NF_INET_PRE_ROUTING.
    private const uint Prerouting = 0;

    /// <summary>The NAT chains that hold a rule and have at most the priority of iptables' own chain.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public static ImmutableArray<NatHook> Find(NfTables tables)
    {
        var found = new List<NatHook>();
        tables.Chains((family, chain) =>
        {
            if (Read(family, chain) is { Priority: <= NatHook.OurPriority } hook
                && hook is not { Family: NfTablesMessage.IPv4, Table: "nat", Chain: "PREROUTING", Priority: NatHook.OurPriority })
            {
                found.Add(hook);
            }
        });
        return [.. found.Where(hook => HasRules(tables, hook))];
    }

    private static bool HasRules(NfTables tables, NatHook hook)
    {
        var any = false;
        tables.Rules(hook.Family, hook.Table, hook.Chain, (_, _) => any = true);
        return any;
    }

    private static NatHook? Read(byte family, ReadOnlySpan<byte> chain)
    {
        var (table, name, isNat) = ("", "", false);
        int? priority = null;
        for (var attribute = new NetlinkAttributes(chain); attribute.MoveNext();)
        {
            switch (attribute.Type)
            {
                case Table:
                    table = attribute.Text;
                    break;
                case Name:
                    name = attribute.Text;
                    break;
                case Type:
                    isNat = attribute.Text == "nat";
                    break;
                case Hook:
                    priority = PriorityAtPrerouting(attribute.Value);
                    break;
            }
        }

        return isNat && (family is NfTablesMessage.IPv4 or NfTablesMessage.Inet) && priority is { } at ? new NatHook(family, table, name, at) : null;
    }

    private static int? PriorityAtPrerouting(ReadOnlySpan<byte> hook)
    {
        uint? number = null;
        int? priority = null;
        for (var attribute = new NetlinkAttributes(hook); attribute.MoveNext();)
        {
            number = attribute.Type == HookNumber ? attribute.Number : number;
            priority = attribute.Type == Priority ? (int)attribute.Number : priority;
        }

        return number == Prerouting ? priority : null;
    }
}
