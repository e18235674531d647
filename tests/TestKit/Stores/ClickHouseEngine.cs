using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ImdsProxy.TestKit.Stores;

/// <summary>ClickHouse's engine behind its HTTP interface, with its data in a directory that is deleted with it. It uses two threads.</summary>
public sealed partial class ClickHouseEngine : IAsyncDisposable
{
    public const string User = "auditor";
    public const string Password = "p'a\\ss word";

    private readonly DirectoryInfo _data;
    private readonly ScriptProcess _server;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(10) };

    private ClickHouseEngine(DirectoryInfo data, ScriptProcess server) => (_data, _server) = (data, server);

    /// <summary>The address of the HTTP interface.</summary>
    public Uri Address => new(_server.Told);

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan Processor => _server.Processor;

    /// <summary>Starts it, without data.</summary>
    public static async Task<ClickHouseEngine> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("imds-proxy-clickhouse");
        return new ClickHouseEngine(data, await ScriptProcess.StartAsync("clickhouse.js", data.FullName, User, Password));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
        _data.Delete(recursive: true);
    }

    /// <summary>Creates a database with the schema.</summary>
    public async Task CreateAsync(string database)
    {
        await RunAsync("default", $"CREATE DATABASE {database}");
        await ApplySchemaAsync(database);
    }

    /// <summary>The flags with which the program reads a database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="passwordFile">A file with <see cref="Password"/>.</param>
    public string[] Flags(string database, string passwordFile) =>
        ["--clickhouse", Address.ToString(), "--clickhouse-user", User, "--clickhouse-password-file", passwordFile, "--table", $"{database}.imds_audit"];

    /// <summary>Runs every statement of the schema.</summary>
    public async Task ApplySchemaAsync(string database)
    {
        foreach (var statement in Statements(await File.ReadAllTextAsync(WorkingCopy.At("deploy/clickhouse/schema.sql"))))
        {
            await RunAsync(database, statement);
        }
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>Its answer, by default as tab-separated values.</returns>
    public async Task<string> RunAsync(string database, string statement)
    {
        using var content = new StringContent(statement, Encoding.UTF8, "text/plain");
        return await SendAsync($"?database={database}", content);
    }

    /// <summary>Inserts lines in the way that the documents show.</summary>
    public async Task InsertAsync(string database, ReadOnlyMemory<byte> lines)
    {
        using var content = new ReadOnlyMemoryContent(lines);
        await SendAsync($"?database={database}&query={Uri.EscapeDataString("INSERT INTO imds_audit (line) FORMAT JSONAsString")}", content);
    }

    private static IEnumerable<string> Statements(string script) =>
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
