using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>The log of one node, written by the writer of the proxy. Members that later versions write are put into its lines.</summary>
internal sealed class SampleLog(string node = "aks-1", string instance = "b7f1")
{
    private static readonly string Prev = new('a', 64);

    private readonly AuditRecordWriter _writer = new(new AuditOrigin("prod", node, instance));
    private readonly List<byte[]> _lines = [];
    private long _seq;

    /// <summary>The first moment of most samples.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<byte[]> Lines => _lines;

    public static DateTimeOffset Day(double day) => Start.AddDays(day);

    public static Caller.Pod Pod(string ns, string account, string name = "0", string? owner = null, params (string Key, string Value)[] labels) => new(new PodIdentity(
        ns, $"{account}-{name}", $"uid-{ns}-{account}-{name}", account, owner ?? $"Deployment/{account}", labels.Select(static label => KeyValuePair.Create(label.Key, label.Value))));

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="change">Changes the text of the line, as a later version would write it.</param>
    public void Add(AuditRecord record, Func<string, string>? change = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Append(output, _writer.Write(output, record), change);
    }

    /// <summary>Writes an event.</summary>
    public void Add(DateTimeOffset at, string name, JsonObject? fields = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Append(output, _writer.Write(output, new AuditEvent(at, name, fields ?? [])), null);
    }

    /// <summary>Leaves out sequence numbers, as lost records do.</summary>
    public void Lose(int lines) => _seq += lines;

    /// <summary>Writes the event that tells a pod's labels.</summary>
    public void SeePod(DateTimeOffset at, Caller.Pod pod, params (string Name, JsonNode Value)[] more) => Add(at, "pod-seen", new JsonObject(more.Select(static member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value)))
    {
        ["uid"] = pod.Identity.Uid,
        ["namespace"] = pod.Identity.Namespace,
        ["pod"] = pod.Identity.Name,
        ["serviceAccount"] = pod.Identity.ServiceAccount,
        ["owner"] = pod.Identity.Owner,
        ["labels"] = new JsonObject(pod.Identity.Labels.Select(static label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
    });

    public static AuditRecord Record(DateTimeOffset at, Caller caller, Verdict verdict, Core.Policy.Reason reason, int status = 200) => new()
    {
        Timestamp = at,
        Id = string.Create(CultureInfo.InvariantCulture, $"0HN{at.Ticks:x}"),
        Verdict = verdict,
        Reason = reason,
        Mode = verdict == Verdict.WouldDeny ? Core.Policy.PolicyMode.Audit : Core.Policy.PolicyMode.Enforce,
        PolicyRevision = "0123456789ab",
        Caller = caller,
        CallerIp = IPAddress.Parse("10.244.0.11"),
        CallerPort = 40_000 + (int)(at.Ticks % 10_000),
        CallerInterface = "azv7a1",
        UserAgent = "azsdk-net-Identity/1.21",
        Status = status,
        Bytes = at.Ticks % 3000,
        Milliseconds = at.Ticks % 977 / 100d,
    };

    public static DemandTable Reduce(params SampleLog[] logs) => Reduce(new ReduceOptions(), logs);

    public static DemandTable Reduce(ReduceOptions options, params SampleLog[] logs)
    {
        var reducer = new DemandReducer(options);
        foreach (var line in logs.SelectMany(static log => log.Lines))
        {
            reducer.Add(line);
        }

        return DemandReducer.Finish([reducer]);
    }

    private void Append(ArrayBufferWriter<byte> output, int place, Func<string, string>? change)
    {
        var line = new ArrayBufferWriter<byte>();
        line.Write(output.WrittenSpan[..place]);
        ChainPlace.Write(line, ++_seq, Encoding.ASCII.GetBytes(Prev));
        line.Write(output.WrittenSpan[place..^1]);
        _lines.Add(change is null ? line.WrittenSpan.ToArray() : Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(line.WrittenSpan))));
    }
}
