namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy diff</c>.</summary>
/// <param name="A">The revision of A.</param>
/// <param name="B">The revision of B.</param>
/// <param name="More">What B permits or shows, and A does not.</param>
/// <param name="Less">What A permits or shows, and B does not.</param>
/// <param name="Quieter">What both deny, and only B quietly.</param>
/// <param name="Louder">What both deny, and only A quietly.</param>
/// <param name="ModesDiffer">Whether the policies differ in a mode.</param>
/// <param name="Modes">Which modes the members before this one assume.</param>
/// <param name="OtherModes">What only shows in other modes.</param>
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
    IReadOnlyList<OtherModesJson>? OtherModes,
    bool Complete,
    string? Message)
{
    public static DiffJson Of(DiffAnswer answer) => new(
        answer.A.Revision,
        answer.B.Revision,
        [.. answer.Main.Comparison.More.Select(DifferenceJson.Of)],
        [.. answer.Main.Comparison.Less.Select(DifferenceJson.Of)],
        [.. answer.Main.Comparison.Quieter.Select(DifferenceJson.Of)],
        [.. answer.Main.Comparison.Louder.Select(DifferenceJson.Of)],
        answer.Main.Comparison.ModesDiffer,
        AssumptionWords.Name(answer.Main.Assumption),
        answer.Others.IsEmpty ? null : [.. answer.Others.Select(OtherModesJson.Of)],
        answer.Verdict.IsComplete,
        answer.Verdict.IsComplete ? null : answer.Verdict.Message);
}
