namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>A term that may still hold in a branch of the workloads.</summary>
/// <param name="Term">The term.</param>
/// <param name="Place">The term's place in the order of all terms.</param>
/// <param name="Content">Equal for terms that mean the same in this branch: the meaning, and the part of the matches that is still open.</param>
internal readonly record struct LiveTerm(WorkloadTerm Term, int Place, int Content)
{
    /// <summary>Whether no other policy has this content, so that the term can make a difference. Set only for questions about a difference.</summary>
    public bool IsChanged { get; init; }
}
