using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>A set of requests that each policy treats alike.</summary>
internal interface IRequestCell
{
    Slice Slice { get; }

    /// <summary>The extra query keys.</summary>
    ImmutableArray<string> Extra { get; }

    /// <summary>What each policy does.</summary>
    ImmutableArray<Outcome> Outcomes { get; }

    /// <summary>The rule by which each policy permits it; null where none does.</summary>
    ImmutableArray<string?> Rules { get; }
}
