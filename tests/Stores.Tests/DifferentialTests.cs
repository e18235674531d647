using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources;
using ImdsProxy.Sources.ClickHouse;
using ImdsProxy.Sources.Files;
using ImdsProxy.Stores.Tests.Random;
using ImdsProxy.Stores.Tests.Store;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

/// <summary>Random questions to random logs have the same answers from files and from ClickHouse.</summary>
[Collection(nameof(ClickHouse))]
public sealed class DifferentialTests(ClickHouse clickHouse) : IDisposable
{
    private const int Lines = 400;
    private const int Questions = 150;

    private static readonly string[] Columns =
        ["verdict", "reason", "namespace", "pod", "owner", "resource", "client-id", "endpoint", "identity", "status", "event", "path", "user-agent", "ms", "quiet", "cached", "expires", "summed", "time", "time:5m", "time:7h", "mode", "revision", "count", "kind", "seq"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-differential");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Search_RandomQuestions_FindsTheSameLines(int seed)
    {
        var (log, files, store) = await PrepareAsync(seed);
        var questions = new RandomQuestion(log);
        var found = 0;
        for (var n = 0; n < Questions; n++)
        {
            var question = questions.Next();
            var request = log.Random.Next(4) switch
            {
                0 => new SearchRequest(question, Last: log.Random.Next(1, 9)),
                1 => new SearchRequest(question, First: log.Random.Next(1, 9)),
                _ => new SearchRequest(question),
            };
            var expected = await SearchAsync(files, request);
            (await SearchAsync(store, request)).ShouldBe(expected, $"last {request.Last}, first {request.First}: {Told(question)}\n{question.Compile().Sql()}");
            found += expected.Count > 0 ? 1 : 0;
        }

        // The comparison means something: many questions have an answer.
        found.ShouldBeGreaterThan(Questions / 4);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Count_RandomQuestionsAndKeys_CountsTheSame(int seed)
    {
        var (log, files, store) = await PrepareAsync(seed);
        var questions = new RandomQuestion(log);
        for (var n = 0; n < Questions; n++)
        {
            var question = log.Random.Next(2) == 0 ? RandomQuestion.Everything : questions.Next();
            var by = AnyKey(log);
            var request = new StatsRequest(question, by, 10_000);

            Rows(await store.CountAsync(request, CancellationToken.None)).ShouldBe(Rows(await files.CountAsync(request, CancellationToken.None)), $"{by.Text}: {Told(question)}");
        }
    }

    // The first groups. Groups with the same count may come in another order, because a file's are ordered as they are printed.
    [Theory]
    [InlineData(6)]
    public async Task Count_WithFewerRowsThanGroups_CountsTheFirst(int seed)
    {
        var (log, files, store) = await PrepareAsync(seed);
        for (var n = 0; n < Questions; n++)
        {
            var (by, most) = (AnyKey(log), log.Random.Next(1, 9));
            var all = await files.CountAsync(new StatsRequest(RandomQuestion.Everything, by, 10_000), CancellationToken.None);

            var first = await store.CountAsync(new StatsRequest(RandomQuestion.Everything, by, most), CancellationToken.None);

            first.Rows.Select(Place).ShouldBe(all.Rows.Take(most).Select(Place), by.Text);
            Rows(first).Except(Rows(all), StringComparer.Ordinal).ShouldBeEmpty(by.Text);

            string Place(StatsRow row) => by.ByTime ? row.Key[0] : $"{row.Count}";
        }
    }

    // Characters that mean something in LIKE or in a literal, beside values that differ only there.
    [Fact]
    public async Task Search_PatternsWithSpecialCharacters_FindsTheSameLines()
    {
        string[] inner = ["_", "%", "\\", "\\_", "\\%", "\\\\", "'", "\n", "\r\n", "\0", "x", "", "é", "*", "\\n", "\\x5f"];
        var values = inner.Select(static text => $"a{text}b").ToList();
        var (_, files, store) = await PrepareAsync([.. values.Select(static (value, at) => new JsonObject
        {
            ["ts"] = $"2026-11-21T00:00:{at:00}.0000000Z",
            ["kind"] = "request",
            ["request"] = new JsonObject { ["userAgent"] = value },
        }.ToJsonString())]);

        foreach (var pattern in inner.SelectMany(static text => new[] { $"a{text}b", $"a{text}*", $"*{text}b", $"*{text}*", $"a*{text}b" }).Distinct(StringComparer.Ordinal))
        {
            var request = new SearchRequest(new AuditQuestion([new AuditTerm("user-agent", pattern, Negated: false)]));
            (await SearchAsync(store, request)).ShouldBe(await SearchAsync(files, request), $"{pattern}: {request.Question.Compile().Sql()}");
        }
    }

    private async Task<(string Database, FileSource Files, ClickHouseSource Store)> PrepareAsync(IReadOnlyList<string> lines)
    {
        var database = await clickHouse.CreateAsync();
        var file = Path.Combine(_directory.FullName, "log.jsonl");
        await File.WriteAllLinesAsync(file, lines);
        await clickHouse.InsertAsync(database, lines);
        return (database, new FileSource([file], TimeProvider.System), clickHouse.Source(database));
    }

    private async Task<(RandomLog Log, FileSource Files, ClickHouseSource Store)> PrepareAsync(int seed)
    {
        var log = new RandomLog(new System.Random(seed));
        var lines = log.Lines(Lines).Order(StringComparer.Ordinal).ToList();
        var (database, files, store) = await PrepareAsync(lines);
        // Some lines arrive twice.
        await clickHouse.InsertAsync(database, lines.Where(_ => log.Random.Next(3) == 0));
        return (log, files, store);
    }

    private static async Task<List<string>> SearchAsync(IAuditSource source, SearchRequest request)
    {
        List<string> lines = [];
        await source.SearchAsync(
            request,
            line =>
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            CancellationToken.None);
        return lines;
    }

    private static StatsKey AnyKey(RandomLog log) =>
        StatsKey.Parse(string.Join(',', Enumerable.Range(0, log.Random.Next(1, 4)).Select(_ => log.Any(Columns)).DistinctBy(static name => name.Split(':')[0], StringComparer.Ordinal)));

    private static List<string> Rows(StatsAnswer answer) =>
        [.. answer.Rows.Select(static row => $"{string.Join(" | ", row.Key)}: {row.Count} {row.P50} {row.P90} {row.P99}")];

    private static string Told(AuditQuestion question) => $"{string.Join(' ', question.Terms)} {question.Since:O} {question.Until:O}";
}
