using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Findings;

/// <summary>What a check found.</summary>
/// <param name="State">The result.</param>
/// <param name="Sentence">One sentence that a reader without knowledge of the code understands.</param>
/// <param name="Cure">What to do next, or null if there is nothing to do.</param>
internal sealed record Finding(FindingState State, string Sentence, string? Cure = null)
{
    /// <summary>The particulars, such as each missing rule.</summary>
    public ImmutableArray<string> Details { get; init; } = [];

    /// <summary>The same finding with its particulars.</summary>
    public Finding Listing(IEnumerable<string> details) => this with { Details = [.. details] };

    public static Finding Good(string sentence) => new(FindingState.Good, sentence);

    public static Finding Warning(string sentence, string cure) => new(FindingState.Warning, sentence, cure);

    public static Finding Broken(string sentence, string cure) => new(FindingState.Broken, sentence, cure);

    /// <param name="reason">Why the check can't be made here, and where it can be made.</param>
    public static Finding NotApplicable(string reason) => new(FindingState.NotApplicable, reason);
}
