using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;
using ImdsProxy.Workbench;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

/// <summary>How the commands end that prove something.</summary>
public sealed class ProofCommandTests
{
    [Theory]
    [InlineData(ProofStatus.Complete, false, 0, "answer", "")]
    [InlineData(ProofStatus.Complete, true, 1, "answer", "")]
    [InlineData(ProofStatus.TooComplex, false, 3, "answer", "")]
    [InlineData(ProofStatus.TooComplex, true, 3, "answer", "")]
    [InlineData(ProofStatus.Disagreement, false, 4, "", "imds-proxy: why\n")]
    [InlineData(ProofStatus.Disagreement, true, 4, "", "imds-proxy: why\n")]
    public async Task Answer_AVerdict_EndsAsTheContractSays(ProofStatus status, bool isFound, int exit, string writes, string says)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };

        var ended = await ProofCommand.AnswerAsync(new ProofVerdict(status, "why"), isFound, () => output.Write("answer"), errors);

        ended.ShouldBe(exit);
        output.ToString().ShouldBe(writes);
        errors.ToString().ShouldBe(says);
    }

    [Fact]
    public void Tests_ThatCannotBeDecided_AreErrorsInJUnitAndFailuresElsewhere()
    {
        IReadOnlyList<TestedFile> files = [new TestedFile("t.json", [new PolicyTestResult("n", IsNever: true, ProofStatus.TooComplex, "too complex", null)])];

        Written(output => TestsJUnit.Write(files, output)).ShouldContain("<error message=\"too complex\">");
        Written(output => TestsText.Write(files, output)).ShouldBe("FAIL  n: too complex\n0 passed, 1 failed\n");
        var json = TestsJson.Of(new PolicyName("p.json", "71241cd92e1a"), files);
        (json.Passed, json.Failed, json.Undecided).ShouldBe((0, 1, 1));
    }

    [Fact]
    public void Diff_ThatIsNotComplete_SaysSoInEveryForm()
    {
        var answer = new DiffAnswer(
            new PolicyName("a", "1"),
            new PolicyName("b", "2"),
            new AssumedComparison(Assumption.Enforced, new Comparison([], [], [], [], ModesDiffer: true, ProofVerdict.Complete)),
            [new AssumedComparison(Assumption.AsWritten, new Comparison([], [], [], [], ModesDiffer: true, new ProofVerdict(ProofStatus.TooComplex, "Too complex.")))]);

        Written(output => DiffText.Write(answer, output)).ShouldContain("\nNot complete. Too complex.\n");
        Written(output => DiffMarkdown.Write(answer, output)).ShouldContain("Not complete. Too complex.");
        DiffJson.Of(answer).Complete.ShouldBeFalse();
        DiffJson.Of(answer).Message.ShouldBe("Too complex.");
    }

    private static string Written(Action<TextWriter> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        write(output);
        return output.ToString();
    }
}
