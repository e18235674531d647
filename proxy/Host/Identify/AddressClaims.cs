using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Tracks the addresses that pods claim, and determines the owner of each address. Not safe for concurrent writers.</summary>
internal sealed class AddressClaims
{
    private readonly Dictionary<UInt128, List<PodEntry>> _claims = [];
    private readonly HashSet<UInt128> _node = [];
    private readonly HashSet<UInt128> _local = [];

    /// <summary>Adds a pod's claims and collects the keys whose owner may have changed.</summary>
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

    /// <summary>Removes a pod's claims.</summary>
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

    /// <summary>Sets the addresses of this machine's interfaces. They belong to the node unless a pod claims them.</summary>
    public void SetLocal(IEnumerable<IPAddress> addresses, HashSet<UInt128> touched)
    {
        touched.UnionWith(_local);
        _local.Clear();
        _local.UnionWith(addresses.Select(AddressKey.Of));
        touched.UnionWith(_local);
    }

    /// <summary>Returns the current owner of an address.</summary>
    public Caller Resolve(UInt128 key) =>
        _node.Contains(key) ? Caller.Node.Instance
        : _claims.TryGetValue(key, out var claimants) ? Winner(claimants)
        : _local.Contains(key) ? Caller.Node.Instance
        : Caller.Unknown.Instance;

    private static Caller Winner(List<PodEntry> claimants)
    {
        var staying = claimants.Count(static entry => !entry.Record.Deleting);
        // A pod that is being deleted keeps its address until another pod claims the address.
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
