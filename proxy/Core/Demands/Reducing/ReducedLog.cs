namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>What one reducer has found so far.</summary>
/// <param name="options">The options of the reducer.</param>
/// <param name="workloads">The rows, which several reducers may share.</param>
internal sealed class ReducedLog(ReduceOptions options, WorkloadTable workloads)
{
    private static readonly int Causes = Enum.GetValues<NotJudged>().Length;

    private readonly Dictionary<string, NodeCoverage> _nodes = new(StringComparer.Ordinal);
    private readonly long[] _notJudged = new long[Causes];

    public ReducedLog(ReduceOptions options)
        : this(options, new WorkloadTable(options.MaxRowsPerWorkload))
    {
    }

    public ReduceOptions Options => options;

    public long SinceTicks { get; } = options.Since?.UtcTicks ?? 0;

    public long UntilTicks { get; } = options.Until?.UtcTicks ?? long.MaxValue;

    public WorkloadTable Workloads => workloads;

    public IReadOnlyCollection<NodeCoverage> Nodes => _nodes.Values;

    public ReadOnlySpan<long> NotJudged => _notJudged;

    public PodLabels Labels { get; } = new(options.LabelKeys);

    /// <summary>The lines that were no records.</summary>
    public long Skipped { get; set; }

    public NodeCoverage Node(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            _nodes[name] = node = new NodeCoverage(name, SinceTicks, UntilTicks);
        }

        return node;
    }

    /// <summary>Adds the pending requests of a line's meaning.</summary>
    public void Add(LineMeaning meaning)
    {
        if (meaning.Cause is { } cause)
        {
            _notJudged[(int)cause] += meaning.Requests;
        }
        else
        {
            meaning.Workload?.Add(meaning);
        }

        meaning.Clear();
    }

    /// <summary>Adds requests that are no demands.</summary>
    public void Add(NotJudged cause, long count) => _notJudged[(int)cause] += count;

    public void AddEvent(RecordFields fields)
    {
        var node = Node(fields.Node ?? "");
        node.Chain(fields.Instance ?? "").Add(fields.Seq, fields.Ticks);
        switch (fields.Event)
        {
            case "records-lost" when fields.By is null:
                node.Lose(fields.Ticks, fields.SinceTicks, fields.Count);
                break;
            case "segments-removed" when fields.HasSegments:
                node.HasRemovals = true;
                break;
            case "pod-seen" when fields.UidHash != 0:
                AddLabels(fields);
                break;
            default:
                break;
        }
    }

    // Some requests were decided by labels that no event states, so nobody knows which.
    private void AddLabels(RecordFields fields)
    {
        if (fields.SkippedStates > 0)
        {
            Labels.AddUnknown(fields.UidHash);
        }
        else
        {
            Labels.Add(fields.UidHash, fields.Labels, isComplete: !fields.IsCut);
        }
    }

    /// <summary>Adds what another reducer has found. The other one can't be used any more.</summary>
    public void Add(ReducedLog other)
    {
        if (other.Workloads != workloads)
        {
            workloads.Add(other.Workloads);
        }

        foreach (var node in other.Nodes)
        {
            Node(node.Name).Add(node);
        }

        for (var i = 0; i < Causes; i++)
        {
            _notJudged[i] += other._notJudged[i];
        }

        Labels.Add(other.Labels);
        Skipped += other.Skipped;
    }
}
