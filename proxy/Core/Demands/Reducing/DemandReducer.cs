namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Reduces lines of the audit log to demands and their coverage. Each thread has a reducer of its own; <see cref="Finish"/>
/// merges them. The result does not depend on the order of the lines or on which reducer read them. Not thread-safe.
/// </summary>
public sealed class DemandReducer
{
    public DemandReducer(ReduceOptions options) => Options = options;

    public ReduceOptions Options { get; }

    /// <summary>Takes one line.</summary>
    /// <param name="line">A record or an event in UTF-8, without a line feed and without a prefix of a container runtime.</param>
    public void Add(ReadOnlySpan<byte> line) => throw new NotSupportedException();

    /// <summary>Takes a block of whole lines, each ending in a line feed.</summary>
    public void AddLines(ReadOnlySpan<byte> lines) => throw new NotSupportedException();

    /// <summary>Merges the reducers of one log into its table. They can't be used any more afterwards.</summary>
    /// <param name="reducers">At least one reducer, all with the same options.</param>
    public static DemandTable Finish(IReadOnlyList<DemandReducer> reducers) => throw new NotSupportedException();
}
