using System.Collections.Concurrent;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Metrics;

/// <summary>
/// The values of the label <c>namespace</c>: each of the first namespaces has its name as the value, and all later namespaces
/// share one value.
/// </summary>
internal sealed class NamespaceLabels
{
    /// <summary>
    /// The maximum number of namespaces with a value each. Users create namespaces, and each becomes a series in every Prometheus
    /// that scrapes the node.
    /// </summary>
    public const int Maximum = 200;

    public const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    // The name of a namespace can't contain a parenthesis, so these values can't be mistaken for a namespace.
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
