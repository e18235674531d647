using ImdsProxy.Core.Audit;

namespace ImdsProxy.Enforce;

/// <summary>The requests of one caller, verdict, reason and second that share one record.</summary>
/// <param name="first">The first request. The other requests take its id.</param>
/// <param name="isOfOthers">Whether the summary covers requests of several callers.</param>
internal sealed class Summary(AuditRecord first, bool isOfOthers)
{
    private readonly AuditRecord _first = WithoutRequest(first, isOfOthers);
    private long _count;
    private bool _isQuiet = true;

    public string Id => _first.Id;

    public void Add(AuditRecord record)
    {
        _count++;
        _isQuiet &= record.Quiet;
    }

    public AuditRecord Record() => Of(_first, isOfOthers, _count, _isQuiet);

    // Leaves out the request. Otherwise an open summary would hold a pod's data for up to a second.
    private static AuditRecord WithoutRequest(AuditRecord first, bool isOfOthers) => Of(first, isOfOthers, count: 0, isQuiet: true);

    private static AuditRecord Of(AuditRecord first, bool isOfOthers, long count, bool isQuiet) => new()
    {
        Timestamp = first.Timestamp,
        Id = first.Id,
        Verdict = first.Verdict,
        Reason = first.Reason,
        Quiet = isQuiet,
        Mode = first.Mode,
        PolicyRevision = first.PolicyRevision,
        Caller = first.Caller,
        CallerIp = first.CallerIp,
        CallerInterface = first.CallerInterface,
        IsInterfaceEvidence = first.IsInterfaceEvidence,
        Status = 0,
        Milliseconds = 0,
        Summed = count,
        IsOfOthers = isOfOthers,
    };
}
