using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Which pods claim which address, and who has it by the rules. For one writer at a time.</summary>
internal sealed class AddressClaims
{
    private readonly Dictionary<UInt128, List<PodEntry>> _claims = [];
    private readonly HashSet<UInt128> _node = [];
    private readonly HashSet<UInt128> _local = [];

    /// <summary>Adds a pod's claims. Tells the keys that may have changed hands.</summary>
    public void Add(PodEntry entry, HashSet<UInt128> touched)
    {
        foreach (var address in entry.Record.HostAddresses)
        {
            AddNode(AddressKey.Of(address), touched);
        }

        foreach (var key in Claimed(entry))
        {
            if (!_claims.TryGetValue(key, out var claimants))
            {
                _claims[key] = claimants = [];
            }

            claimants.Add(entry);
            touched.Add(key);
        }
    }

    /// <summary>Takes a pod's claims away.</summary>
    public void Remove(PodEntry entry, HashSet<UInt128> touched)
    {
        foreach (var key in Claimed(entry))
        {
            if (_claims.TryGetValue(key, out var claimants) && claimants.Remove(entry) && claimants.Count == 0)
            {
                _claims.Remove(key);
            }

            touched.Add(key);
        }
    }

    /// <summary>Sets the addresses of this machine's own interfaces, which are the node's unless a pod has them.</summary>
    public void SetLocal(IEnumerable<IPAddress> addresses, HashSet<UInt128> touched)
    {
        touched.UnionWith(_local);
        _local.Clear();
        _local.UnionWith(addresses.Select(AddressKey.Of));
        touched.UnionWith(_local);
    }

    /// <summary>Who has an address now.</summary>
    public Caller Resolve(UInt128 key) =>
        _node.Contains(key) ? Caller.Node.Instance
        : _claims.TryGetValue(key, out var claimants) ? Winner(claimants)
        : _local.Contains(key) ? Caller.Node.Instance
        : Caller.Unknown.Instance;

    private static Caller Winner(List<PodEntry> claimants)
    {
        var staying = claimants.Count(static entry => !entry.Record.Deleting);
        // A pod on its way out keeps its address until another one has it.
        var contenders = staying > 0 ? claimants.Where(static entry => !entry.Record.Deleting) : claimants;
        return (staying > 0 ? staying : claimants.Count) > 1 ? Caller.Ambiguous.Instance
            : contenders.First() is { IsDoubted: false } winner ? winner.Caller
            : Caller.Unknown.Instance;
    }

    private static IEnumerable<UInt128> Claimed(PodEntry entry) =>
        entry.Record.ClaimsAddresses ? entry.Record.Addresses.Select(AddressKey.Of).Distinct() : [];

    private void AddNode(UInt128 key, HashSet<UInt128> touched)
    {
        if (_node.Add(key))
        {
            touched.Add(key);
        }
    }
}
