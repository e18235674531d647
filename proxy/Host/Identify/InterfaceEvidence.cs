using System.Collections.Concurrent;

namespace ImdsProxy.Identify;

/// <summary>Remembers the interface on which each pod's connections arrive.</summary>
/// <param name="isShared">Whether several pods share an interface (<c>lo</c>, a bridge, the node's own interface). Such an
/// interface proves nothing.</param>
internal sealed class InterfaceEvidence(Func<int, bool> isShared)
{
    private readonly ConcurrentDictionary<string, int> _first = new(StringComparer.Ordinal);

    /// <summary>Returns false if this pod's connections arrived on a different interface before.</summary>
    /// <param name="uid">The pod's UID.</param>
    /// <param name="interfaceIndex">The index reported by the kernel; 0 or less if unknown.</param>
    public bool Fits(string uid, int interfaceIndex)
    {
        if (_first.TryGetValue(uid, out var first))
        {
            return first == interfaceIndex || interfaceIndex <= 0 || isShared(interfaceIndex);
        }

        return interfaceIndex <= 0 || isShared(interfaceIndex) || _first.GetOrAdd(uid, interfaceIndex) == interfaceIndex;
    }

    /// <summary>Forgets a pod because it is gone or the API has sent an update about it.</summary>
    public void Forget(string uid) => _first.TryRemove(uid, out _);
}
