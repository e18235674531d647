using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Reduces lines of the audit log to demands and their coverage. Each thread has a reducer of its own, and those of one log share the
/// table of demands (<see cref="ForThreads"/>); <see cref="Finish"/> merges the rest. The result does not depend on the order of the lines or
/// on which reducer read them. Not thread-safe.
/// </summary>
public sealed class DemandReducer
{
    private readonly ReducedLog _log;
    private readonly long _since;
    private readonly long _until;
    private readonly RecordReader _reader = new();
    private readonly MaskedLine _masked = new();
    private readonly AuditLine _filtered = new();
    private readonly LineCache _cache;
    private readonly PodCache _pods = new();

    public DemandReducer(ReduceOptions options)
        : this(new ReducedLog(options))
    {
    }

    private DemandReducer(ReducedLog log)
    {
        Options = log.Options;
        _log = log;
        _since = _log.SinceTicks;
        _until = _log.UntilTicks;
        _cache = new LineCache(_log.Add);
    }

    public ReduceOptions Options { get; }

    /// <summary>A reducer for each of several threads that read one log.</summary>
    public static IReadOnlyList<DemandReducer> ForThreads(ReduceOptions options, int threads)
    {
        var workloads = new WorkloadTable(options.MaxRowsPerWorkload);
        return [.. Enumerable.Range(0, threads).Select(_ => new DemandReducer(new ReducedLog(options, workloads)))];
    }

    /// <summary>Takes one line.</summary>
    /// <param name="line">A record or an event in UTF-8, without a line feed. A prefix from a container runtime is skipped.</param>
    public void Add(ReadOnlySpan<byte> line)
    {
        line = RecordIn(line);

        // A filter may need values that masking leaves out.
        if (Options.Filter is null && _masked.TryMask(line))
        {
            AddMasked(line);
        }
        else if (_reader.Read(line) is { } fields)
        {
            AddParsed(fields, line);
        }
        else if (!AnswerTrailer.IsComplete(line))
        {
            _log.Skipped++;
        }
    }

    /// <summary>Takes a block of whole lines, each ending in a line feed.</summary>
    public void AddLines(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            Add(end < 0 ? lines : lines[..end]);
            lines = end < 0 ? default : lines[(end + 1)..];
        }
    }

    /// <summary>Merges the reducers of one log into its table. They can't be used any more afterwards.</summary>
    /// <param name="reducers">At least one reducer, all with the same options.</param>
    public static DemandTable Finish(IReadOnlyList<DemandReducer> reducers) => TableBuilder.Build(Merged(reducers)._log);

    /// <summary>Merges the reducers of one log into the first. The others can't be used any more afterwards.</summary>
    /// <param name="reducers">At least one reducer, all with the same options.</param>
    public static DemandReducer Merged(IReadOnlyList<DemandReducer> reducers)
    {
        foreach (var reducer in reducers)
        {
            if (reducer != reducers[0])
            {
                reducers[0].Merge(reducer.Finished());
            }
        }

        reducers[0]._cache.Clear();
        return reducers[0];
    }

    /// <summary>Everything found so far. No more lines may be added.</summary>
    internal ReducedLog Finished()
    {
        _cache.Clear();
        return _log;
    }

    /// <summary>Adds what was found elsewhere, which can't be used any more.</summary>
    internal void Merge(ReducedLog found) => _log.Add(found);

    private void AddMasked(ReadOnlySpan<byte> line)
    {
        if (_cache.Find(_masked.Hash) is { } known)
        {
            ChangePod(known, line);
            Count(known, _masked.Seq, _masked.Ticks);
        }
        else if (_reader.Read(line) is { } fields)
        {
            AddNew(fields, line);
        }
        else
        {
            _log.Skipped++;
        }
    }

    private void AddNew(RecordFields fields, ReadOnlySpan<byte> line)
    {
        var isMaskRight = IsMaskRight(fields, line);
        var meaning = MeaningOf(fields, isMaskRight && _masked.HasPod ? _pods.Of(_masked, line) : PodOf(fields));
        Count(meaning, fields.Seq, fields.Ticks);
        if (!isMaskRight || !_cache.TryAdd(_masked.Hash, meaning))
        {
            _log.Add(meaning);
        }
    }

    // The mask finds the pod by the form of the line, and the parser takes the first one. Lines of equal form have it at the same place, so the
    // first line tells for all.
    private bool IsMaskRight(RecordFields fields, ReadOnlySpan<byte> line) =>
        !_masked.HasPod
        || (_pods.Of(_masked, line) is var pod
            && pod.Hash == fields.UidHash
            && pod.Name == fields.Pod
            && line[.._masked.Pod.Start.Value].LastIndexOf("\"pod\":"u8) == line[.._masked.Pod.Start.Value].IndexOf("\"pod\":"u8)
            && line[.._masked.Pod.Start.Value].IndexOf("\"uid\":"u8) < 0);

    private void ChangePod(LineMeaning meaning, ReadOnlySpan<byte> line)
    {
        if (_masked.HasPod && meaning.Pod is { } pod && !pod.Mark.Equals(_masked.PodMark))
        {
            meaning.Change(_pods.Of(_masked, line));
        }
    }

    private void AddParsed(RecordFields fields, ReadOnlySpan<byte> line)
    {
        if (fields.IsEvent)
        {
            _log.AddEvent(fields);
            return;
        }

        var isWanted = Options.Filter is not { } filter || (_filtered.TryParse(line) && filter.Matches(_filtered, line));
        var meaning = isWanted ? MeaningOf(fields, PodOf(fields)) : new LineMeaning(ChainOf(fields)) { IsWanted = false };
        Count(meaning, fields.Seq, fields.Ticks);
        _log.Add(meaning);
    }

    private void Count(LineMeaning meaning, long seq, long ticks)
    {
        meaning.Chain.Add(seq, ticks);
        if (!meaning.IsWanted)
        {
            return;
        }

        meaning.See(ticks);
        if (ticks >= _since && ticks < _until)
        {
            meaning.Count(ticks);
        }
    }

    private LineMeaning MeaningOf(RecordFields fields, SeenPod pod)
    {
        var chain = ChainOf(fields);
        if (RequestClass.CauseOf(fields) is { } cause)
        {
            return new LineMeaning(chain) { Cause = cause, Weight = Math.Max(1, fields.Summed) };
        }

        var workload = _log.Workloads.Of(fields.Namespace!, fields.ServiceAccount!);
        var meaning = new LineMeaning(chain)
        {
            Workload = workload,
            Row = workload.RowOf(RequestClass.KeyOf(fields, workload.Workload), RequestClass.IsMismatch(fields), isOfDenyRule: fields.Reason == "deny-rule"),
            UserAgent = fields.UserAgent,
            Status = fields.Status,
        };
        meaning.Change(pod);
        return meaning;
    }

    private ChainSpans ChainOf(RecordFields fields) => _log.Node(fields.Node ?? "").Chain(fields.Instance ?? "");

    private static SeenPod PodOf(RecordFields fields) => new(default, fields.UidHash != 0 ? fields.UidHash : StableHash.Of(fields.Pod ?? ""), fields.Pod);

    private static ReadOnlySpan<byte> RecordIn(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] == (byte)'{')
        {
            return line.TrimEnd((byte)'\r');
        }

        var start = line.IndexOf("{\"ts\":"u8);
        return start < 0 ? line : line[start..].TrimEnd((byte)'\r');
    }
}
