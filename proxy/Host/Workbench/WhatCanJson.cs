using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy what-can</c>.</summary>
/// <param name="Policy">The policy's revision.</param>
/// <param name="Question">The question in words.</param>
/// <param name="Modes">Which modes were assumed.</param>
/// <param name="Answers">Everything that the workload is permitted.</param>
/// <param name="Complete">Whether it is permitted nothing else.</param>
/// <param name="Message">Why the answer is not complete.</param>
/// <param name="Warnings">Names in the question that the policy does not mention.</param>
internal sealed record WhatCanJson(string Policy, string Question, string Modes, IReadOnlyList<GrantJson> Answers, bool Complete, string? Message, IReadOnlyList<string>? Warnings)
{
    public static WhatCanJson Of(AccessQuestion question, Grants grants) => new(
        question.Policy.Revision,
        question.Text,
        AssumptionWords.Name(question.Assumption),
        [.. grants.Answers.Select(GrantJson.Of)],
        grants.Verdict.IsComplete,
        grants.Verdict.IsComplete ? null : grants.Verdict.Message,
        question.Warnings.IsEmpty ? null : question.Warnings);
}
