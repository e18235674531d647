using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;

namespace ImdsProxy.Sources;

/// <summary>The end of an answer: how much was found, and what is missing.</summary>
/// <param name="Found">The number of lines or groups that were delivered.</param>
internal sealed record SourceEnd(long Found)
{
    /// <summary>The number of lines that are not records.</summary>
    public long Skipped { get; init; }

    /// <summary>The number of parts, such as nodes, that were asked, or null if the source has no parts.</summary>
    public int? Asked { get; init; }

    /// <summary>The parts that did not answer, or not completely. An answer that lacks a part is partial.</summary>
    public ImmutableArray<UnreadSource> Unanswered { get; init; } = [];
}
