using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>How two policies differ in other modes, without what they differ in anyway.</summary>
/// <param name="Modes">Which modes were assumed.</param>
/// <param name="More">What B permits or shows, and A does not.</param>
/// <param name="Less">What A permits or shows, and B does not.</param>
/// <param name="Quieter">What both deny, and only B quietly.</param>
/// <param name="Louder">What both deny, and only A quietly.</param>
internal sealed record OtherModesJson(
    string Modes,
    IReadOnlyList<DifferenceJson> More,
    IReadOnlyList<DifferenceJson> Less,
    IReadOnlyList<DifferenceJson> Quieter,
    IReadOnlyList<DifferenceJson> Louder)
{
    public static OtherModesJson Of(AssumedComparison other) => new(
        AssumptionWords.Name(other.Assumption),
        [.. other.Comparison.More.Select(DifferenceJson.Of)],
        [.. other.Comparison.Less.Select(DifferenceJson.Of)],
        [.. other.Comparison.Quieter.Select(DifferenceJson.Of)],
        [.. other.Comparison.Louder.Select(DifferenceJson.Of)]);
}
