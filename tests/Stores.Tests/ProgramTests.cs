using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Stores.Tests.Random;
using ImdsProxy.Stores.Tests.Store;
using ImdsProxy.TestKit.Stores;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

/// <summary>The program with <c>--clickhouse</c>, as a process.</summary>
[Collection(nameof(ClickHouse))]
public sealed class ProgramTests(ClickHouse clickHouse) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-clickhouse-program");

    public void Dispose() => _directory.Delete(recursive: true);

    // arguments of audit
    public static TheoryData<string> Questions =>
    [
        "search --verdict denied -o json",
        "search --last 5 -o csv --fields time,pod,verdict,summed",
        "search --first 3 --pod web-* -o table",
        "search --not --verdict allowed --kind request",
        "stats --by time:1h,verdict -o json",
        "stats --issued --by owner,resource,identity",
        "stats --by verdict,reason -o csv --top 3",
        "stats --by demand",
    ];

    [Theory, MemberData(nameof(Questions))]
    public async Task Audit_FromClickHouse_PrintsTheSameAsFromFiles(string arguments)
    {
        var (database, file) = await PrepareAsync(40);
        var words = arguments.Split(' ');

        var expected = await clickHouse.ProgramAsync(["audit", words[0], file, .. words[1..]]);
        var actual = await clickHouse.ProgramAsync(["audit", .. words, .. clickHouse.Flags(database)]);

        actual.Output.ShouldBe(expected.Output, actual.Errors);
        actual.Code.ShouldBe(expected.Code);
    }

    [Theory]
    [InlineData("policy", "suggest")]
    [InlineData("rollout", "status")]
    public async Task Demands_FromClickHouse_PrintTheSameAsFromFiles(string command, string action)
    {
        var (database, file) = await PrepareAsync(7);

        var expected = await clickHouse.ProgramAsync([command, action, file]);
        var actual = await clickHouse.ProgramAsync([command, action, .. clickHouse.Flags(database)]);

        actual.Output.Replace($"--clickhouse {clickHouse.Address}", file, StringComparison.Ordinal).ShouldBe(expected.Output, actual.Errors);
        actual.Code.ShouldBe(expected.Code);
    }

    // Files of several clusters are refused, because each cluster has its own workloads. The store reads only the wanted one.
    [Fact]
    public async Task Demands_OfOneClusterOfSeveral_ArePrintedAsFromItsFiles()
    {
        var (database, file) = await PrepareAsync(8);
        await clickHouse.InsertAsync(database, new RandomLog(new System.Random(9)).Lines(50).Select(static line => line.Replace("prod-weu", "prod-neu", StringComparison.Ordinal)));
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file)).Where(static line => line.Contains("\"prod-weu\"", StringComparison.Ordinal)));

        var expected = await clickHouse.ProgramAsync(["policy", "suggest", file]);
        var actual = await clickHouse.ProgramAsync(["policy", "suggest", .. clickHouse.Flags(database), "--cluster", "prod-weu"]);

        actual.Output.Replace($"--clickhouse {clickHouse.Address}", file, StringComparison.Ordinal).ShouldBe(expected.Output, actual.Errors);
        (await clickHouse.ProgramAsync(["policy", "suggest", .. clickHouse.Flags(database)])).Errors.ShouldContain("several clusters");
    }

    public static TheoryData<string> HostileValues => [.. RandomLog.Hostile.Where(static value => !value.Contains('\0', StringComparison.Ordinal) && value.Length > 0)];

    [Theory, MemberData(nameof(HostileValues))]
    public async Task Search_WithAHostileValue_FindsItAndNothingElse(string value)
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line(1, value), Line(2, "other")]);

        List<string> found = [];
        await clickHouse.Source(database).SearchAsync(
            new(new([new("user-agent", value.Replace("*", "", StringComparison.Ordinal), Negated: false)])),
            line =>
            {
                found.Add(JsonNode.Parse(line.Span)!["request"]!["userAgent"]!.GetValue<string>());
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            CancellationToken.None);

        found.ShouldBe(value.Contains('*', StringComparison.Ordinal) ? [] : [value]);
        (await clickHouse.RunAsync(database, "SELECT count() FROM imds_audit")).Trim().ShouldBe("2");
    }

    // arguments, what the message says
    public static TheoryData<string, string> Refused => new()
    {
        { "audit search DIR --clickhouse http://127.0.0.1:9", "a path can't be combined with --clickhouse" },
        { "audit search --clickhouse http://127.0.0.1:9 --management 127.0.0.1:9", "each name a source; give one of the two" },
        { "audit search --clickhouse ftp://127.0.0.1", "write a URL such as https://clickhouse.example.com:8443" },
        { "audit search --clickhouse http://me:secret@127.0.0.1:9", "write no user into the URL" },
        { "audit search --clickhouse http://127.0.0.1:9 --table a;b", "write a name such as imds_audit" },
        { "audit search --clickhouse http://127.0.0.1:9 --table a.b.c", "write a name such as imds_audit" },
        { "audit search --clickhouse http://127.0.0.1:9 --clickhouse-password-file /missing", "/missing" },
        { "audit search --clickhouse http://127.0.0.1:9", "127.0.0.1:9" },
        { "audit search STORE --resource é", "characters other than ASCII" },
        { "audit stats STORE --by prev", "the table has no such column" },
        { "audit search STORE --table missing", "Unknown table expression identifier" },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task Command_ThatCannotWork_IsRefusedWithASentence(string arguments, string message)
    {
        var (database, _) = await PrepareAsync(1);
        var words = arguments.Split(' ').SelectMany(word => word switch
        {
            "STORE" when arguments.Contains("--table", StringComparison.Ordinal) => clickHouse.Flags(database)[..^2],
            "STORE" => clickHouse.Flags(database),
            "DIR" => [_directory.FullName],
            _ => [word],
        });

        var (code, output, errors) = await clickHouse.ProgramAsync([.. words]);

        code.ShouldBeOneOf(1, 2);
        output.ShouldBeEmpty();
        errors.ShouldContain(message);
        errors.ShouldNotContain("   at ");
        errors.ShouldNotContain(ClickHouseEngine.Password);
    }

    [Fact]
    public async Task Search_WithAWrongPassword_SaysWhatTheServerSays()
    {
        var (database, _) = await PrepareAsync(1);
        var wrong = Path.Combine(_directory.FullName, "wrong");
        await File.WriteAllTextAsync(wrong, "wrong\n");

        var (code, _, errors) = await clickHouse.ProgramAsync(["audit", "search", .. clickHouse.Flags(database).Select(word => word.EndsWith("/password", StringComparison.Ordinal) ? wrong : word)]);

        code.ShouldBe(2);
        errors.ShouldContain("answered 403: Code: 516. DB::Exception: auditor: Authentication failed");
    }

    private static string Line(int seq, string userAgent) => new JsonObject
    {
        ["ts"] = $"2026-11-21T00:00:0{seq.ToString(CultureInfo.InvariantCulture)}.0000000Z",
        ["kind"] = "request",
        ["node"] = "n",
        ["instance"] = "b7f1",
        ["seq"] = seq,
        ["verdict"] = "denied",
        ["request"] = new JsonObject { ["method"] = "GET", ["userAgent"] = userAgent },
    }.ToJsonString();

    private async Task<(string Database, string File)> PrepareAsync(int seed)
    {
        var database = await clickHouse.CreateAsync();
        var lines = new RandomLog(new System.Random(seed)).Lines(200)
            .Select(static line => line.Replace("prod-neu", "prod-weu", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var file = Path.Combine(_directory.FullName, "log.jsonl");
        await File.WriteAllLinesAsync(file, lines);
        await clickHouse.InsertAsync(database, lines);
        return (database, file);
    }
}
