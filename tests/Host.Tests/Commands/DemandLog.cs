using System.Buffers;
using System.CommandLine;
using System.IO.Compression;
using System.Net;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Host.Tests.Commands;

/// <summary>
/// A month of one node in audit mode, written by the proxy's own writer: Fluent Bit gets its tokens, the web shop reads its location, and on the
/// last day somebody in the web shop steals a token.
/// </summary>
internal sealed class DemandLog : IDisposable
{
    public const int Days = 30;
    public const string IngestId = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string StolenId = "91d0a3c4-7c0e-4d7b-b6a5-3f0d2c8e1b52";
    public const string Kusto = "https://api.kusto.windows.net";
    public const string Arm = "https://management.azure.com";
    public const string Location = "/metadata/instance/compute/location?api-version=2021-02-01";

    /// <summary>A policy that allows what Fluent Bit does, and nothing else.</summary>
    public const string Policy = $$"""
        { "version": 1, "mode": "audit",
          "identities": { "adx-ingest": { "clientId": "{{IngestId}}" } },
          "rules": [ { "name": "fluent-bit", "workloads": [ { "namespaces": ["logging"], "serviceAccounts": ["fluent-bit"] } ],
            "allow": [ { "path": "/metadata/identity/oauth2/token", "identities": ["adx-ingest"], "resources": ["{{Kusto}}"] } ] } ] }
        """;

    private static readonly DateTimeOffset Start = new(2026, 10, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Prev = Encoding.ASCII.GetBytes(new string('a', 64));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-demands-");
    private readonly List<string> _lines = [];

    public DemandLog(string cluster = "prod")
    {
        var writer = new AuditRecordWriter(new AuditOrigin(cluster, "aks-1", "b7f1"));
        for (var day = 0; day < Days; day++)
        {
            Add(writer, day, Pod("logging", "fluent-bit"), Token(Kusto, IngestId), Issued(IngestId, Kusto));
            Add(writer, day, Pod("shop", "web"), Location, null);
        }

        Add(writer, Days - 1, Pod("shop", "web"), Token(Arm, StolenId), Issued(StolenId, Arm));
    }

    /// <summary>The lines, each with its line feed.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The text of the whole log.</summary>
    public string Text => string.Concat(_lines);

    /// <summary>The path of a file.</summary>
    public string At(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Writes the whole log to a file and returns its path.</summary>
    public string WriteLog(string name = "log.jsonl") => Write(name, Text);

    /// <summary>Writes a text compressed, without its last bytes, and returns the path.</summary>
    public string WriteCompressed(string name, string text, int without = 0)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        File.WriteAllBytes(At(name), compressed.ToArray()[..^without]);
        return At(name);
    }

    /// <summary>Runs a command and returns what it wrote, with the directory's path left out.</summary>
    public async Task<(int Exit, string Output, string Errors)> RunAsync(Command command, params string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };
        var exit = await command.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (exit, Relative(output), Relative(errors));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static Caller.Pod Pod(string ns, string account) => new(new PodIdentity(ns, $"{account}-0", $"uid-{account}", account, $"Deployment/{account}", []));

    private static string Token(string resource, string clientId) => $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}&client_id={clientId}";

    private static IssuedCredential Issued(string clientId, string resource) => new(null, clientId, resource, Start.AddDays(1), "uti");

    private void Add(AuditRecordWriter writer, int day, Caller.Pod pod, string target, IssuedCredential? issued)
    {
        var at = Start.AddDays(day).AddSeconds(_lines.Count);
        var record = new AuditRecord
        {
            Timestamp = at,
            Id = $"r{_lines.Count}",
            Verdict = Verdict.WouldDeny,
            Reason = Reason.NoRule,
            Mode = PolicyMode.Audit,
            PolicyRevision = "0123456789ab",
            Caller = pod,
            CallerIp = IPAddress.Parse("10.244.0.11"),
            CallerPort = 40_000,
            Request = ImdsRequestParser.ParseTarget("GET", target).Request,
            UserAgent = "azsdk-net-Identity/1.21",
            Status = 200,
            Issued = issued,
            UpstreamStatus = 200,
            UpstreamMilliseconds = 1,
            Milliseconds = 2,
        };
        var rest = new ArrayBufferWriter<byte>();
        var place = writer.Write(rest, record);
        var line = new ArrayBufferWriter<byte>();
        line.Write(rest.WrittenSpan[..place]);
        ChainPlace.Write(line, _lines.Count + 1, Prev);
        line.Write(rest.WrittenSpan[place..]);
        _lines.Add(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private string Relative(StringWriter text) => text.ToString().Replace(_directory.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
