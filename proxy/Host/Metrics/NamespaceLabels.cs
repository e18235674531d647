using System.Collections.Concurrent;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Metrics;

/// <summary>The values of the label <c>namespace</c>: the first namespaces by name, all later ones as one value.</summary>
internal sealed class NamespaceLabels
{
    /// <summary>Namespaces by name. Users create namespaces, and each becomes a series in every Prometheus that scrapes the node.</summary>
    public const int Maximum = 200;

    public const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    // The name of a namespace can't contain a parenthesis, so these can't be mistaken for one.
    public string Of(Caller caller) => caller switch
    {
        Caller.Pod pod => Of(pod.Identity.Namespace),
        Caller.Node => "(node)",
        Caller.Ambiguous => "(ambiguous)",
        _ => "(unknown)",
    };

    private string Of(string ns)
    {
        if (_known.TryGetValue(ns, out var known))
        {
            return known;
        }

        return Volatile.Read(ref _count) < Maximum ? Add(ns) : Other;
    }

    private string Add(string ns)
    {
        lock (_known)
        {
            if (_count >= Maximum)
            {
                return _known.GetValueOrDefault(ns, Other);
            }

            if (_known.TryAdd(ns, ns))
            {
                _count++;
            }

            return ns;
        }
    }
}
