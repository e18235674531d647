using System.Collections.Concurrent;

namespace ImdsProxy.Identify;

/// <summary>Remembers by which interface each pod's connections come in.</summary>
/// <param name="isShared">Whether many pods share an interface (<c>lo</c>, a bridge, the node's own): then it is no evidence.</param>
internal sealed class InterfaceEvidence(Func<int, bool> isShared)
{
    private readonly ConcurrentDictionary<string, int> _first = new(StringComparer.Ordinal);

    /// <summary>False where this pod's connections came in by another interface before.</summary>
    /// <param name="uid">The pod's UID.</param>
    /// <param name="interfaceIndex">As the kernel tells it; 0 or less where it is not known.</param>
    public bool Fits(string uid, int interfaceIndex)
    {
        if (_first.TryGetValue(uid, out var first))
        {
            return first == interfaceIndex || interfaceIndex <= 0 || isShared(interfaceIndex);
        }

        return interfaceIndex <= 0 || isShared(interfaceIndex) || _first.GetOrAdd(uid, interfaceIndex) == interfaceIndex;
    }

    /// <summary>Forgets a pod: it is gone, or the API has news of it.</summary>
    public void Forget(string uid) => _first.TryRemove(uid, out _);
}
