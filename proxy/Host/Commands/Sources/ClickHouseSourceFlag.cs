using System.CommandLine;
using System.Text.RegularExpressions;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;
using ImdsProxy.Sources.ClickHouse;

namespace ImdsProxy.Commands.Sources;

/// <summary><c>--clickhouse</c>: the records of a fleet in ClickHouse.</summary>
internal sealed partial class ClickHouseSourceFlag : ISourceFlag
{
    private readonly Option<Uri?> _server = Flag.Of<Uri?>("--clickhouse", "Read the records of a fleet from ClickHouse instead of files: the URL of its HTTP interface", Server);
    private readonly Option<string?> _user = Flag.Text("--clickhouse-user", "User of ClickHouse");
    private readonly Option<string?> _password = Flag.Text("--clickhouse-password-file", "File with the password of ClickHouse's user");
    private readonly Option<string> _table = Flag.Of("--table", "ClickHouse's table, as deploy/clickhouse/schema.sql creates it", Table, "imds_audit");

    public string Name => "--clickhouse";

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_user);
        command.Options.Add(_password);
        command.Options.Add(_table);
    }

    /// <inheritdoc />
    public bool IsGiven(ParseResult flags) => flags.GetValue(_server) is not null;

    /// <inheritdoc />
    public IAuditSource Read(ParseResult flags)
    {
        var server = flags.GetValue(_server)!;
        var password = flags.GetValue(_password) is { } file ? File.ReadAllText(file).Trim() : null;
        return new ClickHouseSource($"{Name} {server}", new ClickHouseClient(server, flags.GetValue(_user), password), flags.GetValue(_table)!, TimeProvider.System);
    }

    private static Uri Server(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") ? throw new FormatException("write a URL such as https://clickhouse.example.com:8443")
        : server.UserInfo.Length > 0 ? throw new FormatException("write no user into the URL: use --clickhouse-user and --clickhouse-password-file")
        : server;

    // The name becomes part of statements.
    private static string Table(string text) => TableName().IsMatch(text) ? text : throw new FormatException("write a name such as imds_audit or audit.imds_audit");

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}(\.[A-Za-z_][A-Za-z0-9_]{0,127})?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableName();
}
