using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Enforce;

/// <summary>The properties that all requests of one summary share, apart from the second in which they arrived.</summary>
/// <param name="Address">The caller's address; null for callers that share a summary.</param>
/// <param name="Caller">The UID of a known pod, the unit of a process of the node, or the kind of any other caller.</param>
/// <param name="Verdict">The verdict on the requests.</param>
/// <param name="Reason">The reason for the verdict.</param>
internal readonly record struct SummaryKey(IPAddress? Address, string Caller, Verdict Verdict, Reason Reason)
{
    public static SummaryKey Of(AuditRecord record) => new(record.CallerIp, Name(record.Caller), record.Verdict, record.Reason);

    /// <summary>The key shared by all callers: one for each verdict and reason.</summary>
    public static SummaryKey OfOthers(AuditRecord record) => new(null, "", record.Verdict, record.Reason);

    private static string Name(Caller caller) => caller switch
    {
        Caller.Pod pod => pod.Identity.Uid,
        Caller.Node { Unit: { } unit } => unit,
        _ => caller.GetType().Name,
    };
}
