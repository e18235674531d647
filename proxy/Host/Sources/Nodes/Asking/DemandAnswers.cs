using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Core.Demands.Carrying;
using ImdsProxy.Core.Demands.Reducing;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>The demands of all parts.</summary>
internal sealed class DemandAnswers(ReduceOptions options, ReadBytes read)
{
    private readonly Lock _gate = new();
    private readonly DemandReducer _merged = new(options);
    private readonly ImmutableSortedSet<string>.Builder _clusters = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
    private long _torn;

    /// <summary>Returns the receiver of one part's demands.</summary>
    public IPartAnswer Begin() => new Part(this);

    /// <summary>Everything that the parts found. No more parts may be added.</summary>
    public LogFindings Findings(ImmutableArray<UnreadSource> unanswered)
    {
        var table = DemandReducer.Finish([_merged]);
        return new LogFindings(table, unanswered, table.Skipped + _torn, _clusters.ToImmutable());
    }

    private void Add(DemandReader part, NodeAnswerEnd end)
    {
        lock (_gate)
        {
            part.MergeInto(_merged);
            _torn += end.Skipped;
            _clusters.UnionWith(end.Clusters);
        }
    }

    private sealed class Part(DemandAnswers all) : IPartAnswer
    {
        private readonly DemandReader _reader = new(all._merged.Options);

        public ValueTask AddAsync(ReadOnlyMemory<byte> line)
        {
            _reader.Add(line.Span);
            all.Count(line.Length);
            return ValueTask.CompletedTask;
        }

        public void Complete(NodeAnswerEnd end) => all.Add(_reader, end);
    }

    private void Count(int bytes) => read.Add(bytes);
}
