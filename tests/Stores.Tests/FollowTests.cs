using System.Text;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources;
using ImdsProxy.Stores.Tests.Store;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

[Collection(nameof(ClickHouse))]
public sealed class FollowTests(ClickHouse clickHouse)
{
    private static readonly AuditQuestion Denied = new([new AuditTerm("verdict", "denied", Negated: false)]);

    // A line's own time does not matter: lines of a node that was cut off arrive late.
    [Fact]
    public async Task Search_ThatFollows_DeliversEarlierAndNewLinesOnce()
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line(1, "denied"), Line(2, "denied"), Line(3, "allowed")]);
        List<string> found = [];
        var isEarlierShown = new TaskCompletionSource();
        var following = clickHouse.Source(database).SearchAsync(
            new SearchRequest(Denied, First: 3, Last: 1, Follow: true),
            line =>
            {
                found.Add(Encoding.UTF8.GetString(line.Span));
                return ValueTask.CompletedTask;
            },
            () =>
            {
                isEarlierShown.TrySetResult();
                return Task.CompletedTask;
            },
            CancellationToken.None);
        await isEarlierShown.Task;

        await clickHouse.InsertAsync(database, [Line(4, "denied"), Line(5, "allowed"), Line(6, "denied")]);
        await clickHouse.InsertAsync(database, [Line(4, "denied"), Line(2, "denied"), Line(0, "denied")]);
        var end = await following;

        found[0].ShouldBe(Line(2, "denied"));
        found.ShouldBeUnique(StringComparer.Ordinal);
        found.ShouldContain(Line(4, "denied"), StringComparer.Ordinal);
        found.ShouldContain(Line(6, "denied"), StringComparer.Ordinal);
        found.ShouldNotContain(static line => line.Contains("allowed", StringComparison.Ordinal));
        end.Found.ShouldBe(found.Count);
    }

    private static string Line(int seq, string verdict) =>
        $$"""{"ts":"2026-11-21T00:00:0{{seq}}.0000000Z","kind":"request","node":"n","instance":"b7f1","seq":{{seq}},"verdict":"{{verdict}}"}""";
}
