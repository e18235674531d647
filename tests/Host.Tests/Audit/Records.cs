using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Creates records for tests.</summary>
internal static class Records
{
    // No pod, so that exactly the lines of the test are in the log: a pod's first record brings the event about the pod.
    private static readonly Caller Anyone = Caller.Unknown.Instance;

    public static AuditRecord Allowed(string id, Caller? caller = null) => new()
    {
        Timestamp = TimeProvider.System.GetUtcNow(),
        Id = id,
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = caller ?? Anyone,
        CallerIp = IPAddress.Loopback,
        CallerPort = 1,
        RawMethod = "GET",
        RawTarget = "/metadata/instance",
        Status = 200,
        Milliseconds = 1,
    };

    public static Caller PodOf(string name) => new Caller.Pod(new PodIdentity("logging", name, $"uid-{name}", "fluent-bit", "DaemonSet/fluent-bit", []));

    /// <summary>The record of an issued credential: a certificate if there is no token id.</summary>
    public static AuditRecord Issued(string id, string? tokenId, Caller caller, string resource = "https://management.azure.com/") => new()
    {
        Timestamp = TimeProvider.System.GetUtcNow(),
        Id = id,
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = caller,
        CallerIp = IPAddress.Loopback,
        CallerPort = 1,
        RawMethod = "GET",
        RawTarget = "/metadata/identity/oauth2/token",
        Status = 200,
        Issued = new IssuedCredential("arm", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", resource, TimeProvider.System.GetUtcNow().AddDays(1), tokenId),
        Milliseconds = 1,
    };

    /// <summary>The record of a refused request with a target that a pod chose.</summary>
    public static AuditRecord Malformed(string id, string target, Caller? caller = null) =>
        Refused(id, Reason.BadRequest, TimeProvider.System.GetUtcNow(), target, caller);

    public static AuditRecord Refused(string id, Reason reason, DateTimeOffset moment, string target = "/", Caller? caller = null) => new()
    {
        Timestamp = moment,
        Id = id,
        Verdict = Verdict.Rejected,
        Reason = reason,
        Mode = PolicyMode.Enforce,
        Caller = caller ?? Anyone,
        CallerIp = IPAddress.Loopback,
        CallerPort = 1,
        RawMethod = "GET",
        RawTarget = target,
        Status = 400,
        Milliseconds = 1,
    };

    public static bool IsRequest(JsonElement line) => line.GetProperty("kind").GetString() == "request";
}
