using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy who-can</c>.</summary>
/// <param name="Policy">The policy's revision.</param>
/// <param name="Question">The question in words.</param>
/// <param name="Modes">Which modes were assumed.</param>
/// <param name="Answers">Everyone that can.</param>
/// <param name="Complete">Whether nobody else can.</param>
/// <param name="Message">Why the answer is not complete.</param>
/// <param name="Warnings">Names in the question that the policy does not mention.</param>
internal sealed record WhoCanJson(string Policy, string Question, string Modes, IReadOnlyList<HolderJson> Answers, bool Complete, string? Message, IReadOnlyList<string>? Warnings)
{
    public static WhoCanJson Of(AccessQuestion question, Holders holders) => new(
        question.Policy.Revision,
        question.Text,
        AssumptionWords.Name(question.Assumption),
        [.. holders.Answers.Select(HolderJson.Of)],
        holders.Verdict.IsComplete,
        holders.Verdict.IsComplete ? null : holders.Verdict.Message,
        question.Warnings.IsEmpty ? null : question.Warnings);
}
