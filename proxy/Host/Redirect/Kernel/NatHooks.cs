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

    /// <summary>NF_INET_LOCAL_OUT: the hook of the node's own packets.</summary>
    public const uint Output = 3;

    // NF_INET_PRE_ROUTING.
    private const uint Prerouting = 0;

    /// <summary>The NAT chains for pods' packets that hold a rule and have at most the priority of iptables' own chain.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public static ImmutableArray<NatHook> Find(NfTables tables) =>
        [.. At(tables, Prerouting).Where(static hook => !hook.IsOfIptables("PREROUTING")).Where(hook => HasRules(tables, hook))];

    /// <summary>The NAT chains for the node's own packets that have at most the priority of iptables' own chain.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public static ImmutableArray<NatHook> AtOutput(NfTables tables) => [.. At(tables, Output)];

    private static List<NatHook> At(NfTables tables, uint hookNumber)
    {
        var found = new List<NatHook>();
        tables.Chains((family, chain) =>
        {
            if (Read(family, chain, hookNumber) is { Priority: <= NatHook.OurPriority } hook)
            {
                found.Add(hook);
            }
        });
        return found;
    }

    /// <summary>Whether a chain holds a rule.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public static bool HasRules(NfTables tables, NatHook hook)
    {
        var any = false;
        tables.Rules(hook.Family, hook.Table, hook.Chain, (_, _) => any = true);
        return any;
    }

    private static NatHook? Read(byte family, ReadOnlySpan<byte> chain, uint hookNumber)
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
                    priority = PriorityAt(attribute.Value, hookNumber);
                    break;
            }
        }

        return isNat && (family is NfTablesMessage.IPv4 or NfTablesMessage.Inet) && priority is { } at ? new NatHook(family, table, name, at) : null;
    }

    private static int? PriorityAt(ReadOnlySpan<byte> hook, uint hookNumber)
    {
        uint? number = null;
        int? priority = null;
        for (var attribute = new NetlinkAttributes(hook); attribute.MoveNext();)
        {
            number = attribute.Type == HookNumber ? attribute.Number : number;
            priority = attribute.Type == Priority ? (int)attribute.Number : priority;
        }

        return number == hookNumber ? priority : null;
    }
}
