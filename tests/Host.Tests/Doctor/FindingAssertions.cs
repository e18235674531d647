using ImdsProxy.Doctor.Findings;
using Shouldly;

namespace ImdsProxy.Host.Tests.Doctor;

internal static class FindingAssertions
{
    /// <summary>Makes the check, which must find this state and say these words; a warning and a broken state must have a cure.</summary>
    public static async Task ShouldFindAsync(this ICheck check, string state, string words)
    {
        var finding = await check.RunAsync(CancellationToken.None);

        finding.State.ToString().ShouldBe(state, finding.Sentence);
        string.Join('\n', [finding.Sentence, .. finding.Details]).ShouldContain(words);
        finding.Sentence.ShouldEndWith(".", customMessage: finding.Sentence);
        (finding.Cure is null).ShouldBe(finding.State is FindingState.Good or FindingState.NotApplicable);
    }
}
