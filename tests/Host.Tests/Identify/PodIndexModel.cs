using ImdsProxy.Identify;

namespace ImdsProxy.Host.Tests.Identify;

/// <summary>A reference model of the pod index: it computes the owner of an address from scratch each time, exactly as the rules state.</summary>
internal sealed class PodIndexModel
{
    private readonly Dictionary<string, PodRecord> _pods = new(StringComparer.Ordinal);

    public IReadOnlyCollection<PodRecord> Pods => _pods.Values;

    public void Put(PodRecord pod) => _pods[pod.Identity.Uid] = pod;

    public void Remove(string uid) => _pods.Remove(uid);

    public string Who(string ip)
    {
        var claims = _pods.Values
            .Where(pod => pod is { HostNetwork: false, Finished: false } && pod.Addresses.Any(address => address.ToString() == ip))
            .ToList();
        var staying = claims.Where(pod => !pod.Deleting).ToList();
        return (staying.Count, claims.Count) switch
        {
            (1, _) => staying[0].Identity.Uid,
            (0, 1) => claims[0].Identity.Uid,
            (0, 0) => "unknown",
            _ => "ambiguous",
        };
    }
}
