using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// The rows of one workload. If there are too many, the rows with the smallest ranks are kept. A row that was dropped once is always
/// dropped again, so the rows kept at the end have all their requests, whatever the order of the lines. While a log is read, several
/// reducers look up rows and add requests at the same time; everything else needs the table for itself.
/// </summary>
internal sealed class WorkloadRows(DemandWorkload workload, int most)
{
    private readonly Lock _gate = new();
    private Dictionary<RowKey, DemandRow> _rows = [];

    // The row with the largest rank first; null before there are too many rows.
    private PriorityQueue<DemandRow, ulong>? _byRank;

    public DemandWorkload Workload { get; } = workload;

    public long EarliestTicks { get; private set; } = long.MaxValue;

    public long Requests { get; private set; }

    /// <summary>The requests of rows that are not kept.</summary>
    public long Folded { get; private set; }

    public DistinctSample Pods { get; } = new();

    public IReadOnlyCollection<DemandRow> Rows => _rows.Values;

    /// <summary>Releases the rows when they are no longer needed, because a log can have a hundred thousand of them.</summary>
    public void Clear() => (_rows, _byRank) = ([], null);

    /// <summary>The row of a record, or null if it is not kept.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="isMismatch">Whether the record shows <see cref="DemandRow.IsMismatch"/>.</param>
    /// <param name="isOfDenyRule">Whether the record shows <see cref="DemandRow.IsOfDenyRule"/>.</param>
    public DemandRow? RowOf(in RowKey key, bool isMismatch, bool isOfDenyRule)
    {
        lock (_gate)
        {
            var row = _rows.TryGetValue(key, out var known) ? known : Insert(new DemandRow(key));
            if (row is not null)
            {
                row.IsMismatch |= isMismatch;
                row.IsOfDenyRule |= isOfDenyRule;
            }

            return row;
        }
    }

    /// <summary>Adds the requests of the current pod of a line's meaning.</summary>
    public void AddPod(LineMeaning meaning)
    {
        if (meaning is { PodRequests: > 0, Pod: { } pod })
        {
            lock (_gate)
            {
                Pods.Add(pod.Hash, 1);
                Kept(meaning)?.Add(pod, meaning.PodRequests);
            }
        }
    }

    /// <summary>Adds the requests of the current day of a line's meaning.</summary>
    public void AddDay(LineMeaning meaning)
    {
        if (meaning.DayRequests > 0)
        {
            lock (_gate)
            {
                Kept(meaning)?.Days.Add(meaning.Day, meaning.DayRequests);
            }
        }
    }

    /// <summary>Adds all pending requests of a line's meaning.</summary>
    public void Add(LineMeaning meaning)
    {
        AddPod(meaning);
        AddDay(meaning);
        lock (_gate)
        {
            AddPending(meaning);
        }
    }

    /// <summary>Adds the rows of the same workload of another reducer.</summary>
    public void Add(WorkloadRows other)
    {
        EarliestTicks = Math.Min(EarliestTicks, other.EarliestTicks);
        Requests += other.Requests;
        Folded += other.Folded;
        Pods.Add(other.Pods);
        foreach (var row in other.Rows)
        {
            Add(row);
        }
    }

    /// <summary>Adds a row that was counted elsewhere.</summary>
    public void Add(DemandRow row)
    {
        if (_rows.TryGetValue(row.Key, out var known))
        {
            known.Add(row);
        }
        else if (Insert(row) is null)
        {
            Folded += row.Requests;
        }
    }

    /// <summary>Adds requests that were counted elsewhere. Their rows are added separately.</summary>
    public void Count(long earliest, long requests, long folded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(requests);
        ArgumentOutOfRangeException.ThrowIfNegative(folded);
        EarliestTicks = Math.Min(EarliestTicks, earliest);
        Requests += requests;
        Folded += folded;
    }

    private void AddPending(LineMeaning meaning)
    {
        EarliestTicks = Math.Min(EarliestTicks, meaning.EarliestTicks);
        Requests += meaning.Requests;
        if (Kept(meaning) is { } row)
        {
            row.Add(meaning);
        }
        else
        {
            Folded += meaning.Requests;
        }
    }

    private static DemandRow? Kept(LineMeaning meaning) => meaning.Row is { IsFolded: false } row ? row : null;

    private DemandRow? Insert(DemandRow row)
    {
        if (_rows.Count >= most)
        {
            _byRank ??= ByRank();
            if (row.Rank >= _byRank.Peek().Rank)
            {
                return null;
            }

            GiveUp(_byRank.Dequeue());
        }

        _rows.Add(row.Key, row);
        _byRank?.Enqueue(row, row.Rank);
        return row;
    }

    private PriorityQueue<DemandRow, ulong> ByRank() => new(
        _rows.Values.Select(static row => (row, row.Rank)), Comparer<ulong>.Create(static (left, right) => right.CompareTo(left)));

    private void GiveUp(DemandRow row)
    {
        row.IsFolded = true;
        Folded += row.Requests;
        _rows.Remove(row.Key);
    }
}
