using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.TestKit.Fleet;

/// <summary>Writes the log of one node of a made-up cluster, with the proxy's own writer.</summary>
/// <param name="node">The node's name.</param>
/// <param name="instance">The chain's name: four hex digits.</param>
public sealed class FleetLog(string node, string instance)
{
    public const string Cluster = "prod-weu";
    public const string Arm = "https://management.azure.com/";
    public const string KubeletId = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    public const string IngestId = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    private static readonly byte[] Prev = Encoding.ASCII.GetBytes(new string('a', 64));

    private readonly AuditRecordWriter _writer = new(new AuditOrigin(Cluster, node, instance));
    private readonly ArrayBufferWriter<byte> _lines = new();
    private long _seq;

    /// <summary>The chain's lines.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.WrittenMemory;

    /// <summary>A pod of a workload.</summary>
    public static Caller.Pod Pod(string ns, string account, string name) =>
        new(new PodIdentity(ns, name, $"uid-{ns}-{name}", account, $"Deployment/{account}", []));

    /// <summary>Adds a request for a token: issued with an identity, or denied without.</summary>
    public FleetLog AddToken(DateTimeOffset at, Caller caller, string resource, string? identity, string? clientId = null, string? agent = null) => Add(
        at,
        caller,
        $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}",
        identity is not null,
        identity is null ? null : new IssuedCredential(identity, clientId ?? KubeletId, resource, at.AddHours(24), $"uti-{node}-{_seq + 1}"),
        agent);

    /// <summary>Adds a request for the instance document.</summary>
    public FleetLog AddInstance(DateTimeOffset at, Caller caller, bool isAllowed = true) =>
        Add(at, caller, "/metadata/instance?api-version=2021-02-01", isAllowed, null, null);

    /// <summary>Adds an event.</summary>
    public FleetLog AddEvent(DateTimeOffset at, string name, JsonObject? fields = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Append(output, _writer.Write(output, new AuditEvent(at, name, fields ?? [])));
        return this;
    }

    /// <summary>Writes the lines as one segment.</summary>
    public async Task WriteAsync(string directory, DateTimeOffset start)
    {
        Directory.CreateDirectory(directory);
        var name = string.Create(CultureInfo.InvariantCulture, $"audit-{start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{instance}-1.jsonl");
        await File.WriteAllBytesAsync(Path.Combine(directory, name), Lines);
    }

    private FleetLog Add(DateTimeOffset at, Caller caller, string target, bool isAllowed, IssuedCredential? issued, string? agent)
    {
        var output = new ArrayBufferWriter<byte>();
        Append(output, _writer.Write(output, new AuditRecord
        {
            Timestamp = at,
            Id = string.Create(CultureInfo.InvariantCulture, $"0HN{node}{_seq + 1:x8}"),
            Verdict = isAllowed ? Verdict.Allowed : Verdict.Denied,
            Reason = isAllowed ? Reason.Rule : Reason.NoRule,
            Rule = isAllowed ? "a-rule" : null,
            Mode = PolicyMode.Enforce,
            PolicyRevision = "3f2a91c07b5d",
            Caller = caller,
            CallerIp = IPAddress.Parse("10.244.0.11"),
            CallerPort = 40_132,
            Request = ImdsRequestParser.ParseTarget("GET", target).Request,
            UserAgent = agent ?? "azsdk-net-Identity/1.21",
            Issued = issued,
            Status = isAllowed ? 200 : 403,
            UpstreamStatus = isAllowed ? 200 : null,
            Milliseconds = 1.5 + (_seq % 7),
        }));
        return this;
    }

    private void Append(ArrayBufferWriter<byte> line, int place)
    {
        _lines.Write(line.WrittenSpan[..place]);
        ChainPlace.Write(_lines, ++_seq, Prev);
        _lines.Write(line.WrittenSpan[place..]);
    }
}
