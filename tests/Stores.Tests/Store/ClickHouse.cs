using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Sources.ClickHouse;
using ImdsProxy.Stores.Tests.Tools;
using ImdsProxy.TestKit;
using Xunit;
using Programs = ImdsProxy.Chart.Tests.Tools.Program;

namespace ImdsProxy.Stores.Tests.Store;

/// <summary>ClickHouse's engine behind its HTTP interface. All tests share it; each has a database of its own.</summary>
[CollectionDefinition(nameof(ClickHouse))]
public sealed partial class ClickHouse : IAsyncLifetime, ICollectionFixture<ClickHouse>
{
    public const string User = "auditor";
    public const string Password = "p'a\\ss word";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("imds-proxy-clickhouse");
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("imds-proxy-clickhouse-secrets");
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(5) };
    private NodeProcess? _server;
    private int _databases;

    /// <summary>The address of the HTTP interface.</summary>
    internal Uri Address => new(_server!.Told);

    private string PasswordFile => Path.Combine(_secrets.FullName, "password");

    public async ValueTask InitializeAsync() => await File.WriteAllTextAsync(PasswordFile, $"{Password}\n");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _client.Dispose();
        _data.Delete(recursive: true);
        _secrets.Delete(recursive: true);
    }

    /// <summary>Creates a database with the schema. Skips the test if the engine can't be installed.</summary>
    internal async Task<string> CreateAsync()
    {
        await StoreTools.RequireAsync();
        _server ??= await NodeProcess.StartAsync("clickhouse.js", _data.FullName, User, Password);
        var database = $"audit{++_databases}";
        await RunAsync("default", $"CREATE DATABASE {database}");
        await ApplySchemaAsync(database);
        return database;
    }

    /// <summary>Runs every statement of the schema.</summary>
    internal async Task ApplySchemaAsync(string database)
    {
        foreach (var statement in Statements(Repository.Read("deploy/clickhouse/schema.sql")))
        {
            await RunAsync(database, statement);
        }
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>Its answer, by default as tab-separated values.</returns>
    internal async Task<string> RunAsync(string database, string statement)
    {
        using var content = new StringContent(statement, Encoding.UTF8, "text/plain");
        return await SendAsync($"?database={database}", content);
    }

    /// <summary>Inserts lines in the way that the documents show.</summary>
    internal async Task InsertAsync(string database, IEnumerable<string> lines)
    {
        using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, "text/plain");
        await SendAsync($"?database={database}&query={Uri.EscapeDataString("INSERT INTO imds_audit (line) FORMAT JSONAsString")}", content);
    }

    internal ClickHouseSource Source(string database) =>
        new("--clickhouse", new ClickHouseClient(Address, User, Password), $"{database}.imds_audit", TimeProvider.System);

    /// <summary>The flags with which the program reads a database.</summary>
    internal string[] Flags(string database) =>
        ["--clickhouse", Address.ToString(), "--clickhouse-user", User, "--clickhouse-password-file", PasswordFile, "--table", $"{database}.imds_audit"];

    /// <summary>Runs the program in a directory that has the password in a file.</summary>
    internal Task<(int Code, string Output, string Errors)> ProgramAsync(IReadOnlyList<string> arguments) =>
        Programs.RunAsync(ImdsProxyProgram.Command[0], [.. ImdsProxyProgram.Command[1..], .. arguments], Path.GetDirectoryName(PasswordFile));

    internal static IEnumerable<string> Statements(string script) =>
        Comment().Replace(script, "").Split(';').Select(static statement => statement.Trim()).Where(static statement => statement.Length > 0);

    private async Task<string> SendAsync(string query, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, query)) { Content = content };
        request.Headers.Add("X-ClickHouse-User", User);
        request.Headers.Add("X-ClickHouse-Key", Password);
        using var response = await _client.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.OK ? answer : throw new InvalidOperationException(answer);
    }

    [GeneratedRegex("--.*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();
}
