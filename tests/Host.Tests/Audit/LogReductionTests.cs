using ImdsProxy.Audit.Reduce;
using ImdsProxy.Core.Demands.Reducing;
using ImdsProxy.Host.Tests.Commands;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class LogReductionTests : IDisposable
{
    private const string First = "audit-20261001T080000Z-b7f1-1.jsonl";
    private const string Second = "audit-20261016T080000Z-b7f1-2.jsonl";

    private readonly DemandLog _log = new();

    [Fact]
    public async Task Run_DirectoryFilesAndCompressedSegments_FindTheSame()
    {
        var expected = await ReadAsync(_log.WriteLog());
        var half = _log.Lines.Count / 2;
        Directory.CreateDirectory(_log.At("segments"));
        _log.WriteCompressed($"segments/{First}.gz", string.Concat(_log.Lines.Take(half)));
        _log.Write($"segments/{Second}", string.Concat(_log.Lines.Skip(half)));

        foreach (var found in new[]
        {
            await ReadAsync(_log.At("segments")),
            await ReadAsync(_log.At($"segments/{Second}"), _log.At($"segments/{First}.gz")),
            await ReadAsync(_log.At("segments"), _log.At($"segments/{Second}"), _log.At("segments")),
        })
        {
            found.IsPartial.ShouldBeFalse();
            Shown(found).ShouldBe(Shown(expected));
        }
    }

    [Fact]
    public async Task Run_ManyUnits_FindsTheSameWithAnyNumberOfWorkers()
    {
        var paths = _log.Lines.Chunk(7).Select((lines, at) => _log.Write($"{at}.jsonl", string.Concat(lines))).ToArray();
        var expected = await ReadAsync(_log.WriteLog());

        foreach (var workers in new[] { 1, 2, 8 })
        {
            Shown(await new LogReduction(new ReduceOptions(), workers).RunAsync(paths, CancellationToken.None)).ShouldBe(Shown(expected));
        }
    }

    [Fact]
    public async Task Run_PartsThatCannotBeRead_AreNamedAndTheRestCounts()
    {
        var cut = _log.WriteCompressed("cut.jsonl.gz", _log.Text, without: 200);

        var found = await ReadAsync(_log.At("missing.jsonl"), cut, Directory.CreateDirectory(_log.At("empty")).FullName, _log.Write("empty.jsonl", ""), _log.Write("foreign.jsonl", "hello\n"));

        found.Unread.Select(static source => source.Path).ShouldBe([cut, _log.At("empty"), _log.At("empty.jsonl"), _log.At("missing.jsonl")]);
        found.Unread[0].Message.ShouldContain("truncated");
        found.NotRecords.ShouldBe(1);
        found.Table.Requests.ShouldBeInRange(1, _log.Lines.Count - 1);
    }

    // The proxy may be writing the line at that moment. A copy has no such excuse.
    [Theory]
    [InlineData(First, 0)]
    [InlineData("copy.jsonl", 1)]
    public async Task Run_IncompleteLastLine_IsMissingOnlyInAFileThatNobodyWrites(string name, int notRecords)
    {
        Directory.CreateDirectory(_log.At("torn"));
        var path = _log.Write($"torn/{name}", _log.Text[..^20]);

        var found = await ReadAsync(name == First ? _log.At("torn") : path);

        found.NotRecords.ShouldBe(notRecords);
        found.Table.Requests.ShouldBe(_log.Lines.Count - 1);
    }

    [Fact]
    public async Task Run_LinesOfTwoClusters_NamesBoth()
    {
        using var other = new DemandLog("test");

        var found = await ReadAsync(_log.WriteLog(), other.WriteLog());

        found.Clusters.ShouldBe(["prod", "test"]);
    }

    public void Dispose() => _log.Dispose();

    private static Task<LogFindings> ReadAsync(params string[] paths) => new LogReduction(new ReduceOptions()).RunAsync(paths, CancellationToken.None);

    private static string Shown(LogFindings found) => string.Join(
        '\n', found.Table.Demands.Select(static demand => $"{demand.Id} {demand.Key.Workload} {demand.Requests} {demand.Days} {demand.First:O} {demand.Last:O} {demand.PodCount}"));
}
