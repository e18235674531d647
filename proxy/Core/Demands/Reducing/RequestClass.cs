using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Determines whether the request of a record is a demand, and how it ended.</summary>
internal static class RequestClass
{
    /// <summary>Why a request is no demand, or null.</summary>
    public static NotJudged? CauseOf(RecordFields record) => record switch
    {
        { Summed: > 0 } => NotJudged.Summary,
        _ when OfReason(record) is { } cause => cause,
        { Namespace: null } or { ServiceAccount: null } => OfCaller(record.CallerKind),
        { Path: null } or { Method: null } => NotJudged.Malformed,
        _ => null,
    };

    /// <summary>The key of a demand's row.</summary>
    public static RowKey KeyOf(RecordFields record, DemandWorkload workload)
    {
        var endpoint = ImdsEndpoints.Find(record.Path);
        var isProbe = IsProbe(record);
        var key = new DemandKey(workload, record.Owner, record.Method!, record.Path!)
        {
            IsProbe = isProbe,
            IsOnHost = record.Evidence == "cgroup",
            Resource = record.Resource,
            SelectorKind = record.Selector is null ? null : record.SelectorKind,
            Selector = record.SelectorKind is null ? null : record.Selector,
            Pin = record.Pin,
            IsCut = record.IsCut,
            LacksExtraQuery = record is { Reason: "unknown-parameter", ExtraQuery: null },
            ExtraNames = record.ExtraQuery is { } names ? string.Join(',', names) : "",
        };
        var answer = record.ClientId is { } clientId && endpoint.IssuesCredential ? new DemandAnswer(clientId, record.AnsweredResource, record.Audience) : null;
        return new RowKey(key, answer, VerdictOf(record), OutcomeOf(record, isProbe, endpoint));
    }

    /// <summary>Whether the answer carried a credential that was not requested or not allowed.</summary>
    public static bool IsMismatch(RecordFields record) => record.Reason == "identity-mismatch";

    private static NotJudged? OfReason(RecordFields record) => record.Reason switch
    {
        "rule" or "no-rule" or "deny-rule" or "unknown-endpoint" or "unknown-parameter" or "identity-mismatch" or "pin-ambiguous" or "missing-header" => record.Verdict switch
        {
            "allowed" or "denied" or "would-deny" or "rejected" => null,
            "failed" => NotJudged.Failed,
            _ => NotJudged.UnknownRecord,
        },
        "caller-unknown" => NotJudged.CallerUnknown,
        "caller-ambiguous" => NotJudged.CallerAmbiguous,
        "caller-is-node" => NotJudged.CallerIsNode,
        "rate-limited" => NotJudged.RateLimited,
        "bad-request" => NotJudged.Malformed,
        "upstream-error" or "audit-unavailable" => NotJudged.Failed,
        "not-ready" => NotJudged.NotReady,
        _ => NotJudged.UnknownRecord,
    };

    private static NotJudged OfCaller(string? kind) => kind switch
    {
        "node" => NotJudged.CallerIsNode,
        "ambiguous" => NotJudged.CallerAmbiguous,
        _ => NotJudged.CallerUnknown,
    };

    // Records of old versions do not name probes. In audit mode, a request that would be denied is sent to IMDS, and a probe is not.
    private static bool IsProbe(RecordFields record) =>
        record.IsProbe
        || record.Reason == "missing-header"
        || record is { Verdict: "would-deny", WasForwarded: false, Status: 400 };

    private static Verdict VerdictOf(RecordFields record) => record.Verdict switch
    {
        "allowed" => Verdict.Allowed,
        "would-deny" => Verdict.WouldDeny,
        "rejected" => Verdict.Rejected,
        _ => Verdict.Denied,
    };

    private static DemandOutcome OutcomeOf(RecordFields record, bool isProbe, Endpoint endpoint) => record.Verdict switch
    {
        "denied" => record.ClientId is not null || record.WasForwarded || IsMismatch(record) ? DemandOutcome.Withheld : DemandOutcome.Denied,
        _ when isProbe => DemandOutcome.Answered,
        _ when endpoint.IssuesCredential => record.IsIssued ? DemandOutcome.Answered : DemandOutcome.Refused,
        _ => record.Status is >= 200 and < 300 ? DemandOutcome.Answered : DemandOutcome.Refused,
    };
}
