namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>Leaves out of a branch of the workloads what cannot matter to the question.</summary>
internal interface INarrowing
{
    /// <summary>Whether nothing can be found in workloads that match no terms but these. Otherwise, marks changed terms and removes terms that cannot matter.</summary>
    bool IsFutile(List<LiveTerm> live);

    /// <summary>Whether nothing can be found in workloads that match no changed term.</summary>
    bool NeedsChange { get; }
}
