using Shouldly;
using Xunit;

namespace ImdsProxy.Fuzz;

/// <summary>Replays the corpus: the fuzzer's seeds, and every input that once revealed a fault.</summary>
public sealed class CorpusTests
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string> Inputs =>
        [.. Directory.EnumerateFiles(Corpus, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Corpus, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Target_EachInputOfTheCorpus_PassesItsChecks(string input) => Should.NotThrow(() => Run(input));

    // The properties are checked only for accepted inputs, so a corpus of rejected inputs would check nothing.
    [Theory]
    [MemberData(nameof(Targets))]
    public void Corpus_OfEachTarget_HasAcceptedAndRejectedInputs(string target)
    {
        var accepted = Directory.EnumerateFiles(Path.Combine(Corpus, target)).Select(path => Run(Path.GetRelativePath(Corpus, path))).ToList();
        accepted.ShouldContain(true);
        accepted.ShouldContain(false);
    }

    private static bool Run(string input) =>
        FuzzTargets.Make(Path.GetDirectoryName(input)!).Run(File.ReadAllBytes(Path.Combine(Corpus, input)));
}
