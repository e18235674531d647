using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Sources.Nodes.Asking;
using ImdsProxy.Sources.Nodes.Format;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Sources;

/// <summary>The answers of several nodes, spooled and merged.</summary>
public sealed class MergedLinesTests
{
    [Fact]
    public void MergedLines_OfSortedAnswers_AreAllLinesSorted() => Prop.ForAll(
        Gen.Choose(0, 500).ListOf().ListOf().ToArbitrary(),
        static numbers =>
        {
            using var spool = new LineSpool();
            var answers = numbers.Select((list, node) => Spooled(spool, list.Order().Select(number => Line(number, node)))).ToList();

            var merged = MergedLines.Of([.. answers.Select(static answer => answer.Lines())]).Select(static line => Encoding.UTF8.GetString(line.Span));

            merged.ShouldBe(numbers.SelectMany(static (list, node) => list.Select(number => Line(number, node))).Order(StringComparer.Ordinal));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SpooledAnswer_WithoutItsEnd_HasNoLines()
    {
        using var spool = new LineSpool();
        var answer = new SpooledAnswer(spool);
        Add(answer, Line(1, 1));

        answer.Lines().ShouldBeEmpty();
    }

    [Fact]
    public void SpooledAnswer_LongAndForeignLines_AreKeptAndCounted()
    {
        using var spool = new LineSpool();
        string[] lines = [Line(1, 1), Line(2, 1, new string('x', 100_000)), Line(3, 1)];
        var answer = Spooled(spool, [lines[0], "{\"not\":\"a record\"}", .. lines[1..]]);

        answer.Lines().Select(static line => Encoding.UTF8.GetString(line.Span)).ShouldBe(lines);
        (answer.Count, answer.Skipped).ShouldBe((3, 1));
    }

    private static SpooledAnswer Spooled(LineSpool spool, IEnumerable<string> lines)
    {
        var answer = new SpooledAnswer(spool);
        foreach (var line in lines)
        {
            Add(answer, line);
        }

        answer.Complete(new NodeAnswerEnd(0, 0, [], []));
        return answer;
    }

    // FsCheck's properties are synchronous.
#pragma warning disable VSTHRD002
    private static void Add(SpooledAnswer answer, string line) => answer.AddAsync(Encoding.UTF8.GetBytes(line)).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    // Long enough that a node's lines need several blocks.
    private static string Line(int number, int node, string? text = null) => $$"""{"ts":"2026-11-21T04:30:00.{{number:d7}}Z","kind":"event","node":"{{node:d4}}","text":"{{text ?? new string('y', 1000)}}"}""";
}
