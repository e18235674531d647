using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The evidence for one row.</summary>
internal sealed class DemandRow(RowKey key)
{
    public const int MostPodNames = 5;
    public const int MostUserAgents = 3;

    private ulong? _rank;

    public RowKey Key { get; } = key;

    /// <summary>The place in the order in which rows are kept.</summary>
    public ulong Rank => _rank ??= Key.Rank;

    /// <summary>Whether the row was given up because its workload had too many.</summary>
    public bool IsFolded { get; set; }

    /// <summary>Whether a record showed that the answer carried a credential that was not requested or not allowed.</summary>
    public bool IsMismatch { get; set; }

    public bool IsOfDenyRule { get; set; }

    public long Requests { get; private set; }

    public long EarliestTicks { get; private set; } = long.MaxValue;

    public long FirstTicks { get; private set; } = long.MaxValue;

    public long LastTicks { get; private set; }

    public Tally Days { get; } = new();

    public Tally Statuses { get; } = new();

    public DistinctSample Pods { get; } = new();

    public DistinctSample Nodes { get; } = new();

    public SmallestTexts PodNames { get; } = new(MostPodNames);

    public SmallestTexts UserAgents { get; } = new(MostUserAgents);

    /// <summary>Adds the pending requests of a line's meaning, except for their days and pods.</summary>
    public void Add(LineMeaning meaning)
    {
        Extend(meaning.EarliestTicks, meaning.FirstTicks, meaning.LastTicks);
        if (meaning.Requests > 0)
        {
            Requests += meaning.Requests;
            Statuses.Add(meaning.Status, meaning.Requests);
            Nodes.Add(meaning.Chain.Node.Hash, 1);
            UserAgents.Add(meaning.UserAgent);
        }
    }

    /// <summary>Adds a pod's requests.</summary>
    public void Add(SeenPod pod, uint requests)
    {
        Pods.Add(pod.Hash, requests);
        PodNames.Add(pod.Name);
    }

    /// <summary>Adds the requests of the same row of another reducer.</summary>
    public void Add(DemandRow other)
    {
        Extend(other.EarliestTicks, other.FirstTicks, other.LastTicks);
        IsMismatch |= other.IsMismatch;
        IsOfDenyRule |= other.IsOfDenyRule;
        Requests += other.Requests;
        Days.Add(other.Days);
        Statuses.Add(other.Statuses);
        Pods.Add(other.Pods);
        Nodes.Add(other.Nodes);
        PodNames.Add(other.PodNames);
        UserAgents.Add(other.UserAgents);
    }

    /// <summary>Adds requests that were counted elsewhere.</summary>
    public void Count(long requests, long earliest, long first, long last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(requests);
        Requests += requests;
        Extend(earliest, first, last);
    }

    private void Extend(long earliest, long first, long last)
    {
        EarliestTicks = Math.Min(EarliestTicks, earliest);
        FirstTicks = Math.Min(FirstTicks, first);
        LastTicks = Math.Max(LastTicks, last);
    }
}
