using System.Text;
using ImdsProxy.Sources.ClickHouse;
using ImdsProxy.Stores.Tests.Tools;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Stores;
using Xunit;
using Programs = ImdsProxy.Chart.Tests.Tools.Program;

namespace ImdsProxy.Stores.Tests.Store;

/// <summary>ClickHouse's engine. All tests share it; each has a database of its own.</summary>
[CollectionDefinition(nameof(ClickHouse))]
public sealed class ClickHouse : IAsyncLifetime, ICollectionFixture<ClickHouse>
{
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("imds-proxy-clickhouse-secrets");
    private ClickHouseEngine? _engine;
    private int _databases;

    /// <summary>The address of the HTTP interface.</summary>
    internal Uri Address => _engine!.Address;

    private string PasswordFile => Path.Combine(_secrets.FullName, "password");

    public async ValueTask InitializeAsync() => await File.WriteAllTextAsync(PasswordFile, $"{ClickHouseEngine.Password}\n");

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        _secrets.Delete(recursive: true);
    }

    /// <summary>Creates a database with the schema. Skips the test if the engine can't be installed.</summary>
    internal async Task<string> CreateAsync()
    {
        await InstalledTools.RequireAsync();
        _engine ??= await ClickHouseEngine.StartAsync();
        var database = $"audit{++_databases}";
        await _engine.CreateAsync(database);
        return database;
    }

    /// <inheritdoc cref="ClickHouseEngine.ApplySchemaAsync" />
    internal Task ApplySchemaAsync(string database) => _engine!.ApplySchemaAsync(database);

    /// <inheritdoc cref="ClickHouseEngine.RunAsync" />
    internal Task<string> RunAsync(string database, string statement) => _engine!.RunAsync(database, statement);

    /// <inheritdoc cref="ClickHouseEngine.InsertAsync" />
    internal Task InsertAsync(string database, IEnumerable<string> lines) => _engine!.InsertAsync(database, Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    internal ClickHouseSource Source(string database) =>
        new("--clickhouse", new ClickHouseClient(Address, ClickHouseEngine.User, ClickHouseEngine.Password), $"{database}.imds_audit", TimeProvider.System);

    /// <summary>The flags with which the program reads a database.</summary>
    internal string[] Flags(string database) => _engine!.Flags(database, PasswordFile);

    /// <summary>Runs the program in a directory that has the password in a file.</summary>
    internal Task<(int Code, string Output, string Errors)> ProgramAsync(IReadOnlyList<string> arguments) =>
        Programs.RunAsync(ImdsProxyProgram.Command[0], [.. ImdsProxyProgram.Command[1..], .. arguments], Path.GetDirectoryName(PasswordFile));
}
