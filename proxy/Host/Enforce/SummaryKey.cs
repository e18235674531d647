using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Enforce;

/// <summary>What the requests of one summary have in common, beside their second.</summary>
/// <param name="Address">The caller's address; null for the callers that get no summary of their own.</param>
/// <param name="Caller">The pod's UID, or the kind of a caller that is no known pod.</param>
/// <param name="Verdict">How they ended.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct SummaryKey(IPAddress? Address, string Caller, Verdict Verdict, Reason Reason)
{
    public static SummaryKey Of(AuditRecord record) => new(record.CallerIp, Name(record.Caller), record.Verdict, record.Reason);

    /// <summary>The same for all callers: as many keys as there are verdicts and reasons.</summary>
    public static SummaryKey OfOthers(AuditRecord record) => new(null, "", record.Verdict, record.Reason);

    private static string Name(Caller caller) => caller is Caller.Pod pod ? pod.Identity.Uid : caller.GetType().Name;
}
