using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Identify;

namespace ImdsProxy.Serving.Pages;

/// <summary>The pages of the management listener about workloads. The listener serves them only over the Unix socket or to requests with the token.</summary>
internal static class GuardedPages
{
    public static IReadOnlyDictionary<string, RequestDelegate> Of(
        ICallerSource callers, Func<PolicySnapshot?> policy, bool seesHost, string? auditDirectory, TimeProvider time)
    {
        var pages = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
        {
            ["/callers"] = new CallersPage(callers, policy, seesHost).HandleAsync,
            ["/explain"] = new ExplainPage(callers, policy, seesHost).HandleAsync,
        };
        if (auditDirectory is not null)
        {
            var audit = new AuditPages(auditDirectory, time);
            pages["/audit/search"] = audit.HandleSearchAsync;
            pages["/audit/stats"] = audit.HandleStatsAsync;
        }

        return pages;
    }
}
