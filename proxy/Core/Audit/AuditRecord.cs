using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// One request, from its caller to its answer. Flat, and made of values that exist anyway, so that a record costs
/// one object. The process that writes it adds cluster, node, instance, sequence number and chain.
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

    /// <summary>Whether the rule that decided asks for quiet: recorded, but no Event and no alert.</summary>
    public bool Quiet { get; init; }

    /// <summary>The mode in force for this caller.</summary>
    public required PolicyMode Mode { get; init; }

    /// <summary>The revision of the policy that decided, or null where none was loaded.</summary>
    public string? PolicyRevision { get; init; }

    public required Caller Caller { get; init; }

    public IPAddress? CallerIp { get; init; }

    public int CallerPort { get; init; }

    /// <summary>The interface the connection came in by, where it is known.</summary>
    public string? CallerInterface { get; init; }

    /// <summary>The canonical request, or null where it was malformed.</summary>
    public ImdsRequest? Request { get; init; }

    /// <summary>The method of a malformed request, where it got as far.</summary>
    public string? RawMethod { get; init; }

    /// <summary>The raw target of a malformed request, where it got as far; escaped and cut when written.</summary>
    public string? RawTarget { get; init; }

    /// <summary>What was wrong with a malformed request, or null.</summary>
    public string? Error { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The ids of the scheduled events that a POST approves, or null.</summary>
    public IReadOnlyList<string>? EventIds { get; init; }

    /// <summary>The status sent to the caller; 0 where the connection ended without one.</summary>
    public required int Status { get; init; }

    /// <summary>Bytes of the body sent to the caller, or null where they are not known beforehand.</summary>
    public long? Bytes { get; init; }

    /// <summary>The credential that left, or null.</summary>
    public IssuedCredential? Issued { get; init; }

    /// <summary>The status IMDS answered with, or null where it was not asked or did not answer.</summary>
    public int? UpstreamStatus { get; init; }

    /// <summary>Milliseconds until IMDS's answer, or null where it was not asked.</summary>
    public double? UpstreamMilliseconds { get; init; }

    /// <summary>Whether the answer came from the shared cache or a shared fetch.</summary>
    public bool Cached { get; init; }

    /// <summary>The identity, as the policy names it, as which the request was sent; in audit mode, as which it would have been; or null.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether some of the answer was hidden; in audit mode, whether it would have been.</summary>
    public bool Redacted { get; init; }

    /// <summary>Milliseconds from the request's arrival until its answer was ready.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>How many requests this record sums; 0 for the record of a single one.</summary>
    public long Summed { get; init; }

    /// <summary>Whether it sums requests of callers that got no summary of their own.</summary>
    public bool IsOfOthers { get; init; }
}
