using Shouldly;
using Xunit;

namespace ImdsProxy.Fuzz;

/// <summary>Replays the corpus: what the fuzzer begins with, and each input that it once found something with.</summary>
public sealed class CorpusTests
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string> Inputs =>
        [.. Directory.EnumerateFiles(Corpus, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Corpus, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Target_AnInputOfTheCorpus_HoldsItsProperties(string input) => Should.NotThrow(() => Run(input));

    // The properties are checked only on what is accepted: a corpus of refusals would check nothing.
    [Theory]
    [MemberData(nameof(Targets))]
    public void Corpus_OfEachTarget_HoldsWhatIsAcceptedAndWhatIsNot(string target)
    {
        var accepted = Directory.EnumerateFiles(Path.Combine(Corpus, target)).Select(path => Run(Path.GetRelativePath(Corpus, path))).ToList();
        accepted.ShouldContain(true);
        accepted.ShouldContain(false);
    }

    private static bool Run(string input) =>
        FuzzTargets.Make(Path.GetDirectoryName(input)!).Run(File.ReadAllBytes(Path.Combine(Corpus, input)));
}
