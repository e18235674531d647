using ImdsProxy.Docs.Tests.Documents;
using Shouldly;
using Xunit;

namespace ImdsProxy.Docs.Tests;

/// <summary>Every fenced code block in the documents is run by a test, is data, or states why it is not run.</summary>
public sealed class BlockTests
{
    private static readonly string[] Data = ["decisions", "json", "mermaid", "sql", "text", "yaml"];

    public static TheoryData<string> Documents => [.. Document.All];

    [Theory, MemberData(nameof(Documents))]
    public void Blocks_OfEachDocument_AreRunOrSayWhyNot(string path)
    {
        foreach (var block in new Document(path).Blocks)
        {
            (block.HasCommands || Data.Contains(block.Language, StringComparer.Ordinal)).ShouldBeTrue(
                $"{path}:{block.Line}: write ```sh or ```console for commands, one of {string.Join(", ", Data)} for data, not ```{block.Language}");
            (block.NotRun?.Length == 0).ShouldBeFalse($"{path}:{block.Line}: say why it is not run");
        }
    }
}
