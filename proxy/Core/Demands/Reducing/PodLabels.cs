using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// The labels of pods that policies name. If there are too many pods, those with the smallest hashes are kept. Samples keep the
/// same pods.
/// </summary>
internal sealed class PodLabels(ImmutableSortedSet<string> keys)
{
    private const int Most = 1 << 18;

    private readonly Dictionary<ulong, string> _pods = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private ulong _limit = ulong.MaxValue;

    /// <summary>Whether no policy names a label.</summary>
    public bool IsEmpty => keys.Count == 0;

    /// <summary>The pods that are kept, with their labels as text.</summary>
    public IEnumerable<KeyValuePair<ulong, string>> Pods => _pods;

    /// <summary>The largest hash that is kept.</summary>
    public ulong Limit => _limit;

    /// <summary>Notes a pod's labels. A pod whose labels changed has unknown labels.</summary>
    /// <param name="pod">The hash of the pod's uid.</param>
    /// <param name="labels">The labels that the event states.</param>
    /// <param name="isComplete">Whether the event states all labels. If not, a label that it lacks is unknown.</param>
    public void Add(ulong pod, IReadOnlyCollection<KeyValuePair<string, string>>? labels, bool isComplete)
    {
        if (!isComplete && keys.Any(key => labels?.Any(label => label.Key == key) != true))
        {
            AddUnknown(pod);
        }
        else if (keys.Count > 0)
        {
            Add(pod, TextOf(labels ?? []));
        }
    }

    /// <summary>Notes that a pod's labels are unknown.</summary>
    public void AddUnknown(ulong pod)
    {
        if (keys.Count > 0)
        {
            Add(pod, Unknown);
        }
    }

    public void Add(PodLabels other) => Add(other._limit, other._pods);

    /// <summary>Adds pods that were noted elsewhere.</summary>
    public void Add(ulong limit, IEnumerable<KeyValuePair<ulong, string>> pods)
    {
        _limit = Math.Min(_limit, limit);
        foreach (var (pod, labels) in pods)
        {
            Add(pod, labels);
        }

        Shrink();
    }

    /// <summary>A pod's labels, or default if they are unknown.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Of(ulong pod) =>
        keys.Count == 0 ? []
        : !_pods.TryGetValue(pod, out var text) || text == Unknown ? default
        : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=')).Select(static pair => KeyValuePair.Create(pair[0], pair[1]))];

    // No label contains this.
    private const string Unknown = "\0";

    private void Add(ulong pod, string labels)
    {
        if (pod > _limit)
        {
            return;
        }

        if (!_texts.TryGetValue(labels, out var shared))
        {
            _texts[labels] = shared = labels;
        }

        _pods[pod] = _pods.TryGetValue(pod, out var known) && known != shared ? Unknown : shared;
        if (_pods.Count > Most)
        {
            _limit /= 2;
            Shrink();
        }
    }

    private void Shrink()
    {
        while (true)
        {
            foreach (var pod in _pods.Keys.Where(pod => pod > _limit).ToList())
            {
                _pods.Remove(pod);
            }

            if (_pods.Count <= Most)
            {
                return;
            }

            _limit /= 2;
        }
    }

    // Kubernetes allows neither '=' nor a line feed in a label.
    private string TextOf(IEnumerable<KeyValuePair<string, string>> labels) => string.Join('\n', labels
        .Where(label => keys.Contains(label.Key) && !label.Value.AsSpan().ContainsAny('=', '\n', '\0'))
        .DistinctBy(static label => label.Key, StringComparer.Ordinal)
        .OrderBy(static label => label.Key, StringComparer.Ordinal)
        .Select(static label => $"{label.Key}={label.Value}"));
}
