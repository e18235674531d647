using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>The fields that two denials must share to be reported as one kind.</summary>
internal sealed record DenialKey(string Uid, string Endpoint, string? Resource, string? Identity, Reason Reason, bool WouldDeny)
{
    public static DenialKey Of(AuditRecord record) => new(
        ((Caller.Pod)record.Caller).Identity.Uid,
        record.Request?.Endpoint.Name ?? "",
        record.Request?.Resource,
        record.Request?.Selector?.Value,
        record.Reason,
        record.Verdict == Verdict.WouldDeny);
}
