using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Sql;
using ImdsProxy.Stores.Tests.Store;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

[Collection(nameof(ClickHouse))]
public sealed class SchemaTests(ClickHouse clickHouse)
{
    private const string Line = """{"ts":"2026-11-21T10:12:22.5818954Z","kind":"request","id":"0HN1","cluster":"c","node":"n1","instance":"b7f1","seq":7,"prev":"00","verdict":"denied","reason":"no-rule","mode":"enforce","caller":{"ip":"10.0.0.1","namespace":"shop","pod":"web-0"},"summary":{"count":3500}}""";

    [Fact]
    public async Task Schema_AppliedAgain_ChangesNothing()
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line]);

        await clickHouse.ApplySchemaAsync(database);

        (await CountAsync(database)).ShouldBe(1);
    }

    [Fact]
    public async Task Insert_SameLineAgain_CountsOnce()
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line, Line]);
        await clickHouse.InsertAsync(database, [Line]);

        (await CountAsync(database)).ShouldBe(1);
        (await clickHouse.RunAsync(database, "SELECT sum(requests) FROM imds_audit FINAL")).Trim().ShouldBe("3500");
    }

    [Theory]
    [InlineData("\"pod\":\"web-0\"", "\"pod\":\"web-1\"")]
    [InlineData("\"node\":\"n1\"", "\"node\":\"n2\"")]
    [InlineData("\"cluster\":\"c\"", "\"cluster\":\"d\"")]
    public async Task Insert_AnotherLineWithTheSameNumber_KeepsBoth(string from, string to)
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line]);
        await clickHouse.InsertAsync(database, [Line.Replace(from, to, StringComparison.Ordinal)]);

        (await CountAsync(database)).ShouldBe(2);
    }

    [Fact]
    public async Task Insert_FromTheCollector_TakesOnlyLinesOfTheProxy()
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.InsertAsync(database, [Line]);
        var rows = new[] { ("imds-proxy", Line), ("another-service", Line.Replace("shop", "forged", StringComparison.Ordinal)) }
            .Select(static row => new JsonObject { ["Timestamp"] = "2026-11-21 10:12:22.581895400", ["ServiceName"] = row.Item1, ["Body"] = row.Item2, ["LogAttributes"] = new JsonObject { ["k8s.namespace.name"] = "forged" } }.ToJsonString());

        // The columns that the exporter names in its INSERT.
        const string columns = "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, EventName";
        await clickHouse.RunAsync(database, $"INSERT INTO otel_logs ({columns}) FORMAT JSONEachRow\n{string.Join('\n', rows)}");

        (await CountAsync(database)).ShouldBe(1);
        (await clickHouse.RunAsync(database, "SELECT count() FROM imds_audit WHERE namespace = 'forged'")).Trim().ShouldBe("0");
    }

    [Fact]
    public async Task Insert_AsJsonEachRow_KeepsTheLineByteForByte()
    {
        var database = await clickHouse.CreateAsync();

        await clickHouse.RunAsync(database, $"INSERT INTO imds_audit FORMAT JSONEachRow\n{new JsonObject { ["line"] = Line }.ToJsonString()}");

        (await clickHouse.RunAsync(database, "SELECT line FROM imds_audit FORMAT TSVRaw")).Trim().ShouldBe(Line);
        (await clickHouse.RunAsync(database, "SELECT ts, node, pod, summed FROM imds_audit")).Trim().ShouldBe("2026-11-21 10:12:22.5818954\tn1\tweb-0\t3500");
    }

    [Fact]
    public async Task Insert_OfADerivedColumn_IsRefused()
    {
        var database = await clickHouse.CreateAsync();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => clickHouse.RunAsync(database, $"INSERT INTO imds_audit (line, verdict) VALUES ('{{}}', 'allowed')"));

        error.Message.ShouldContain("MATERIALIZED");
    }

    [Theory]
    [InlineData("not a record")]
    [InlineData("""{"ts":"2026-11-21T10:12:22.5818954Z"}""")]
    [InlineData("""{"kind":"request"}""")]
    [InlineData("[]")]
    public async Task Search_OverLinesThatAreNoRecords_LeavesThemOut(string other)
    {
        var database = await clickHouse.CreateAsync();
        await clickHouse.RunAsync(database, $"INSERT INTO imds_audit FORMAT JSONEachRow\n{new JsonObject { ["line"] = other }.ToJsonString()}\n{new JsonObject { ["line"] = Line }.ToJsonString()}");

        (await clickHouse.RunAsync(database, $"SELECT count() FROM imds_audit FINAL WHERE {SqlColumns.IsRecord}")).Trim().ShouldBe("1");
    }

    [Fact]
    public async Task Columns_OfEachField_AreInTheTable()
    {
        var database = await clickHouse.CreateAsync();
        foreach (var expression in Enum.GetValues<AuditField>().Select(SqlColumns.Text).OfType<string>().Append(SqlColumns.Endpoint))
        {
            await clickHouse.RunAsync(database, $"SELECT {expression} FROM imds_audit");
        }
    }

    private async Task<int> CountAsync(string database) =>
        int.Parse(await clickHouse.RunAsync(database, "SELECT count() FROM imds_audit FINAL"), CultureInfo.InvariantCulture);
}
