namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy diff</c>.</summary>
/// <param name="A">The revision of A.</param>
/// <param name="B">The revision of B.</param>
/// <param name="More">What B permits or shows, and A does not.</param>
/// <param name="Less">What A permits or shows, and B does not.</param>
/// <param name="Quieter">What both deny, and only B quietly.</param>
/// <param name="Louder">What both deny, and only A quietly.</param>
/// <param name="ModesDiffer">Whether the policies differ in a mode.</param>
/// <param name="Modes">Which modes were assumed.</param>
/// <param name="Complete">Whether the answer is exact.</param>
/// <param name="Message">Why it is not.</param>
internal sealed record DiffJson(
    string A,
    string B,
    IReadOnlyList<DifferenceJson> More,
    IReadOnlyList<DifferenceJson> Less,
    IReadOnlyList<DifferenceJson> Quieter,
    IReadOnlyList<DifferenceJson> Louder,
    bool ModesDiffer,
    string Modes,
    bool Complete,
    string? Message)
{
    public static DiffJson Of(DiffAnswer answer) => new(
        answer.A.Revision,
        answer.B.Revision,
        [.. answer.Comparison.More.Select(DifferenceJson.Of)],
        [.. answer.Comparison.Less.Select(DifferenceJson.Of)],
        [.. answer.Comparison.Quieter.Select(DifferenceJson.Of)],
        [.. answer.Comparison.Louder.Select(DifferenceJson.Of)],
        answer.Comparison.ModesDiffer,
        AssumptionWords.Name(answer.Assumption),
        answer.Comparison.Verdict.IsComplete,
        answer.Comparison.Verdict.IsComplete ? null : answer.Comparison.Verdict.Message);
}
