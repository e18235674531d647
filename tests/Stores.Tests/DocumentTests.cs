using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.Docs.Tests.Reader;
using ImdsProxy.Stores.Tests.Store;
using ImdsProxy.TestKit.Stores;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

/// <summary>The statements of the documents and of the dashboard run on ClickHouse's engine, with the records of the documents' node.</summary>
[Collection(nameof(ClickHouse))]
public sealed partial class DocumentTests(ClickHouse clickHouse, Node node) : IClassFixture<Node>
{
    private const string Page = "docs/audit-search.md";
    private const string Mark = "not run: Stores.Tests runs it";

    [Fact]
    public async Task Statements_OfThePage_ReturnTheShownOutput()
    {
        var database = await PrepareAsync();
        var blocks = new Document(Page).Blocks;
        var statements = blocks.Index().Where(static block => block.Item.Language == "sql").ToList();
        statements.Count.ShouldBeGreaterThan(8);
        foreach (var (at, block) in statements)
        {
            blocks[at + 1].Language.ShouldBe("text", $"{Page}:{block.Line}: the output follows");

            var output = await clickHouse.RunAsync(database, $"{block.Text}\nFORMAT PrettySpaceNoEscapes");

            ShouldShow(blocks[at + 1].Text.Split('\n'), output, block.Line);
        }
    }

    // change of the line 3 of a chain of 9; missing, conflicting, broken
    public static TheoryData<string, string> Changes => new()
    {
        { "none", "9\t0\t0\t0" },
        { "removed", "8\t1\t0\t0" },
        { "altered", "9\t0\t0\t1" },
        { "added", "9\t0\t1\t" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task Statements_AboutTheChain_FindWhatWasDoneToIt(string change, string found)
    {
        var database = await clickHouse.CreateAsync();
        List<string> chain = [];
        for (var seq = 1; seq <= 9; seq++)
        {
            var prev = seq == 1 ? new string('0', 64) : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chain[^1])));
            chain.Add($$"""{"ts":"{{TimeProvider.System.GetUtcNow().UtcDateTime:O}}","kind":"event","event":"alive","node":"n","instance":"b7f1","seq":{{seq}},"prev":"{{prev}}"}""");
        }

        var other = chain[2].Replace("alive", "forged", StringComparison.Ordinal);
        await clickHouse.InsertAsync(database, change switch
        {
            "removed" => [.. chain[..2], .. chain[3..]],
            "altered" => [.. chain[..2], other, .. chain[3..]],
            "added" => [.. chain, other],
            _ => chain,
        });

        var statements = new Document(Page).Blocks.Where(static block => block.Language == "sql" && block.Text.Contains("AS broken", StringComparison.Ordinal)).ToList();
        statements.Count.ShouldBe(2);
        foreach (var statement in statements)
        {
            (await clickHouse.RunAsync(database, statement.Text)).ShouldStartWith($"n\tb7f1\t{found}");
        }
    }

    [Fact]
    public async Task Commands_OfThePage_ReturnTheShownOutput()
    {
        var database = await PrepareAsync();
        var steps = new Document(Page).Blocks.Where(static block => block.Comment.StartsWith(Mark, StringComparison.Ordinal)).SelectMany(static block => Step.Of(block with { Comment = "" })).ToList();
        steps.ShouldNotBeEmpty();
        foreach (var step in steps)
        {
            var (code, output, errors) = await clickHouse.ProgramAsync(Here(step.Commands, database));

            code.ShouldBe(0, errors);
            ShouldShow(step.Shown, output, step.Line);
        }
    }

    [Fact]
    public async Task Queries_OfTheDashboard_RunOnTheTable()
    {
        var database = await PrepareAsync();
        var queries = Dashboard.Read();
        queries.Count.ShouldBeGreaterThan(9);
        foreach (var (_, statement) in queries)
        {
            await clickHouse.RunAsync(database, statement);
        }
    }

    private async Task<string> PrepareAsync()
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, (await File.ReadAllLinesAsync(node.Stdout)).Where(static line => line.StartsWith('{')));
        return database;
    }

    private static void ShouldShow(IEnumerable<string> shown, string output, int line) =>
        shown.Where(wanted => !Shape.IsAmong(Instance().Replace(wanted, "<id>"), Instance().Replace(output, "<id>").Split('\n'))).ShouldBeEmpty($"{Page}:{line}:\n{output}");

    // The documented server stands for this one.
    private List<string> Here(string command, string database) =>
    [
        .. Word().Matches(command).Select(static match => match.Value.Trim('\'')).Skip(1).Select(word => word
            .Replace("https://clickhouse.example.com:8443", clickHouse.Address.ToString(), StringComparison.Ordinal)
            .Replace("audit.imds_audit", $"{database}.imds_audit", StringComparison.Ordinal)),
    ];

    // The name of a chain.
    [GeneratedRegex(@"(?<= )[0-9a-f]{4}(?= )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Instance();

    [GeneratedRegex(@"'[^']*'|\S+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
