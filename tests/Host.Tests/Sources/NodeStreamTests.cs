using System.Text;
using ImdsProxy.Sources.Nodes.Format;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Sources;

/// <summary>The format in which a node answers.</summary>
public sealed class NodeStreamTests
{
    private const string End = """end {"lines":1,"skipped":2,"unread":[],"clusters":[]}""";

    [Fact]
    public async Task Reader_OfAWritersAnswer_TakesItsLinesAndItsEnd()
    {
        using var stream = new MemoryStream();
        var writer = new NodeStreamWriter(stream);
        await writer.BeginAsync(NodeStream.Records);
        await writer.AddAsync("{\"ts\":\"1\"}"u8.ToArray());
        await writer.AddAsync("{\"ts\":\"2\"}"u8.ToArray());
        await writer.EndAsync(3, [new NodeAnswerEnd.Part("audit-1.jsonl.gz", "damaged")], ["prod"]);

        var (lines, end) = await ReadAsync(stream.ToArray());

        lines.ShouldBe(["{\"ts\":\"1\"}", "{\"ts\":\"2\"}"]);
        (end.Lines, end.Skipped).ShouldBe((2, 3));
        end.Unread.ShouldBe([new NodeAnswerEnd.Part("audit-1.jsonl.gz", "damaged")]);
        end.Clusters.ShouldBe(["prod"]);
    }

    public static TheoryData<string, string, string> Broken => new()
    {
        { "nothing", "", NodeStreamReader.BreaksOff },
        { "no end", "imds-proxy records 1\n{}\n", NodeStreamReader.BreaksOff },
        { "an end without its line feed", $"imds-proxy records 1\n{{}}\n{End}", NodeStreamReader.BreaksOff },
        { "a torn line", "imds-proxy records 1\n{\"ts\":", NodeStreamReader.BreaksOff },
        { "another version", $"imds-proxy records 2\n{{}}\n{End}\n", "another version" },
        { "another kind", $"imds-proxy demands 1\n{{}}\n{End}\n", "another version" },
        { "records of an old version without a first line", "{\"ts\":\"2026-11-21T04:30:00Z\"}\n", "another version" },
        { "a line that is neither", $"imds-proxy records 1\nhello\n{End}\n", "unknown kind" },
        { "a lost line", $"imds-proxy records 1\n{End}\n", "missing" },
        { "more after the end", $"imds-proxy records 1\n{{}}\n{End}\n{{}}\n", "after its end" },
        { "an end with an unknown member", "imds-proxy records 1\n{}\nend {\"lines\":1,\"skipped\":2,\"unread\":[],\"clusters\":[],\"mood\":1}\n", "another version" },
        { "an end without a member", "imds-proxy records 1\n{}\nend {\"lines\":1,\"skipped\":2}\n", "another version" },
        { "an end with nulls", "imds-proxy records 1\n{}\nend {\"lines\":1,\"skipped\":2,\"unread\":null,\"clusters\":null}\n", "another version" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Reader_OfABrokenAnswer_RefusesIt(string what, string answer, string message) =>
        (await Should.ThrowAsync<FormatException>(() => ReadAsync(Encoding.UTF8.GetBytes(answer)), what)).Message.ShouldContain(message);

    [Fact]
    public async Task Reader_OfALineWithoutEnd_RefusesItBeforeItExhaustsMemory() =>
        (await Should.ThrowAsync<FormatException>(() => ReadAsync([.. "imds-proxy records 1\n{"u8, .. new byte[NodeStream.MostLineBytes + (1 << 20)]]))).Message.ShouldContain("too long");

    private static async Task<(List<string> Lines, NodeAnswerEnd End)> ReadAsync(byte[] answer)
    {
        List<string> lines = [];
        var end = await new NodeStreamReader(new MemoryStream(answer), NodeStream.Records).ReadAsync(
            line =>
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
                return ValueTask.CompletedTask;
            },
            static () => ValueTask.CompletedTask,
            TestContext.Current.CancellationToken);
        return (lines, end);
    }
}
