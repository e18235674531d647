using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// The record of one request, from its caller to its answer. The record is flat and refers to existing values, so it costs one
/// object. The writer adds cluster, node, instance, sequence number and chain.
/// </summary>
public sealed class AuditRecord
{
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The request's id, also sent as <c>x-imds-proxy-request-id</c> with a denial.</summary>
    public required string Id { get; init; }

    public required Verdict Verdict { get; init; }

    public required Reason Reason { get; init; }

    /// <summary>The name of the rule that decided, or null.</summary>
    public string? Rule { get; init; }

    /// <summary>Whether the rule that decided is quiet: the denial raises no Event and no alert.</summary>
    public bool Quiet { get; init; }

    /// <summary>The mode in force for this caller.</summary>
    public required PolicyMode Mode { get; init; }

    /// <summary>The revision of the policy that decided, or null if none was loaded.</summary>
    public string? PolicyRevision { get; init; }

    public required Caller Caller { get; init; }

    public IPAddress? CallerIp { get; init; }

    public int CallerPort { get; init; }

    /// <summary>The network interface of the connection, or null if it is unknown.</summary>
    public string? CallerInterface { get; init; }

    /// <summary>Whether that interface belongs to one pod alone, so that it proves who the caller is.</summary>
    public bool IsInterfaceEvidence { get; init; }

    /// <summary>The canonical request, or null if it was malformed.</summary>
    public ImdsRequest? Request { get; init; }

    /// <summary>Whether the request lacked the header <c>Metadata: true</c>, as a probe of an SDK does.</summary>
    public bool Probe { get; init; }

    /// <summary>The method of a malformed request, or null if it could not be read.</summary>
    public string? RawMethod { get; init; }

    /// <summary>The raw target of a malformed request, or null if it could not be read. Escaped and truncated when written.</summary>
    public string? RawTarget { get; init; }

    /// <summary>The reason why a request was malformed, or null.</summary>
    public string? Error { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The ids of the scheduled events that a POST approves, or null.</summary>
    public IReadOnlyList<string>? EventIds { get; init; }

    /// <summary>The status sent to the caller, or 0 if the connection ended without a response.</summary>
    public required int Status { get; init; }

    /// <summary>The size of the body sent to the caller, in bytes. Null if the size was not known in advance.</summary>
    public long? Bytes { get; init; }

    /// <summary>The issued credential, or null.</summary>
    public IssuedCredential? Issued { get; init; }

    /// <summary>What IMDS returned and the policy withheld, or null. Never contains the credential.</summary>
    public CredentialAnswer? Returned { get; init; }

    /// <summary>The status of IMDS's response, or null without a response.</summary>
    public int? UpstreamStatus { get; init; }

    /// <summary>Milliseconds until IMDS responded, or null if no request was sent.</summary>
    public double? UpstreamMilliseconds { get; init; }

    /// <summary>Whether the answer came from the shared cache or from a fetch for several requests.</summary>
    public bool Cached { get; init; }

    /// <summary>The identity that the policy pins, as the policy names it, or null. In audit mode the request was sent without it.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether part of the answer was hidden; in audit mode, whether it would have been hidden.</summary>
    public bool Redacted { get; init; }

    /// <summary>Milliseconds from the request's arrival until its answer was ready.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>The number of requests that this summary covers, or 0 for the record of a single request.</summary>
    public long Summed { get; init; }

    /// <summary>Whether this summary covers callers that have no summary of their own.</summary>
    public bool IsOfOthers { get; init; }
}
