using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>
/// Generates the lines of a fleet in the order of time, the same in each run except for their time: 5,000 nodes with 30 pods each.
/// Of 100 requests, 6 get a token, 5 are denied one, 15 are probes, and the others query the instance document.
/// </summary>
internal sealed class StoredFleet
{
    public const int Nodes = 5000;

    private const string Revision = "3f2a91c07b5d";
    private const string Agent = "azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)";

    private static readonly ImdsRequest Instance = Parse("GET", "/metadata/instance?api-version=2021-02-01");
    private static readonly ImdsRequest Approval = Parse("POST", "/metadata/scheduledevents?api-version=2020-07-01");

    private readonly Random _random = new(20261121);
    private readonly Dictionary<string, ImdsRequest> _tokens = new(StringComparer.Ordinal);
    private readonly StoredPod[] _pods;
    private long _row;

    public StoredFleet()
    {
        var line = new ArrayBufferWriter<byte>();
        _pods = [.. Enumerable.Range(0, Nodes).SelectMany(number => StoredWorkload.PodsOf(new StoredNode(number, line), number))];
    }

    /// <summary>Appends the next lines.</summary>
    /// <param name="lines">Receives them.</param>
    /// <param name="rows">The number of lines.</param>
    /// <param name="time">The time of the line with a number, from 0.</param>
    public void Append(ArrayBufferWriter<byte> lines, int rows, Func<long, DateTimeOffset> time)
    {
        for (var end = _row + rows; _row < end; _row++)
        {
            var (pod, at) = (_pods[_random.Next(_pods.Length)], time(_row));
            if (_row % 500 == 3)
            {
                pod.Node.Add(lines, Event(at));
            }
            else if (pod.IsSeen)
            {
                pod.Node.Add(lines, Request(pod, at));
            }
            else
            {
                pod.Node.Add(lines, new PodSeen(at, pod.Caller.Identity, 0));
                pod.IsSeen = true;
            }
        }
    }

    private AuditEvent Event(DateTimeOffset at) => _random.Next(100) switch
    {
        0 => new(at, "mode-changed", new JsonObject { ["from"] = "enforce", ["to"] = "audit" }),
        1 => new(at, "records-lost", new JsonObject { ["count"] = 6 }),
        2 => new(at, "redirect-restored", new JsonObject { ["cause"] = "rules were missing" }),
        _ => new(at, "policy-loaded", new JsonObject { ["revision"] = Revision, ["previousRevision"] = "b522bb06000a", ["mode"] = "enforce" }),
    };

    private AuditRecord Request(StoredPod pod, DateTimeOffset at) => _random.Next(10_000) switch
    {
        0 => Record(pod, at, Verdict.Allowed, Reason.Rule, Approval, eventIds: [new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString().ToUpperInvariant()]),
        1 => Record(pod, at, Verdict.Denied, Reason.RateLimited, null, summed: _random.Next(1, 5000)),
        < 600 => Record(pod, at, Verdict.Allowed, Reason.Rule, Token(pod), issued: Issued(pod, at)),
        < 1100 => Record(pod, at, Verdict.Denied, Reason.NoRule, Token(pod)),
        < 2600 => Record(pod, at, Verdict.Rejected, Reason.MissingHeader, Token(pod)),
        _ => Record(pod, at, Verdict.Allowed, Reason.Rule, Instance),
    };

    private AuditRecord Record(StoredPod pod, DateTimeOffset at, Verdict verdict, Reason reason, ImdsRequest? request, IssuedCredential? issued = null, long summed = 0, string[]? eventIds = null)
    {
        var upstream = verdict == Verdict.Allowed ? Math.Round(-Math.Log(1 - _random.NextDouble()) * 4, 3) : (double?)null;
        return new AuditRecord
        {
            Timestamp = at,
            Id = string.Create(CultureInfo.InvariantCulture, $"0HN{_random.NextInt64(1L << 40):X10}:{_random.Next(64):X8}"),
            Verdict = verdict,
            Reason = reason,
            Rule = verdict != Verdict.Allowed ? null : issued is null ? "instance-for-all" : $"{pod.Workload.Name}-gets-its-token",
            Mode = PolicyMode.Enforce,
            PolicyRevision = Revision,
            Caller = pod.Caller,
            CallerIp = pod.Address,
            CallerPort = _random.Next(32_768, 61_000),
            Request = request,
            Probe = reason == Reason.MissingHeader,
            UserAgent = Agent,
            EventIds = eventIds,
            Status = verdict switch { Verdict.Allowed => 200, Verdict.Denied => 403, _ => 400 },
            Bytes = issued is null ? _random.Next(900, 1500) : 1848,
            Issued = issued,
            UpstreamStatus = upstream is null ? null : 200,
            UpstreamMilliseconds = upstream,
            Milliseconds = Math.Round((upstream ?? 0) + (_random.NextDouble() / 2), 3),
            Summed = summed,
        };
    }

    private IssuedCredential Issued(StoredPod pod, DateTimeOffset at)
    {
        Span<byte> id = stackalloc byte[16];
        _random.NextBytes(id);
        return new(pod.Workload.Identity, pod.Workload.ClientId, pod.Workload.Resource, at.AddHours(24), Base64Url.EncodeToString(id));
    }

    private ImdsRequest Token(StoredPod pod)
    {
        var resource = pod.Workload.Resource;
        return _tokens.TryGetValue(resource, out var request) ? request : _tokens[resource] = Parse("GET", $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}");
    }

    private static ImdsRequest Parse(string method, string target) => ImdsRequestParser.ParseTarget(method, target).Request!;
}
