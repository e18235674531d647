namespace ImdsProxy.Sources.Nodes.Answering;

/// <summary>What a node is asked. Exactly one request is set.</summary>
/// <param name="Directory">The directory of the log.</param>
internal sealed record NodeQuery(string Directory)
{
    public SearchRequest? Search { get; init; }

    /// <summary>The fields of the groups to count; the most groups is decided where they are added up.</summary>
    public StatsRequest? Stats { get; init; }

    public DemandRequest? Demands { get; init; }
}
