using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Records to write.</summary>
internal static class Records
{
    private static readonly Caller Pod = new Caller.Pod(new PodIdentity("logging", "fluent-bit-qg7vq", "0f3d", "fluent-bit", "DaemonSet/fluent-bit", []));

    public static AuditRecord Allowed(string id) => new()
    {
        Timestamp = TimeProvider.System.GetUtcNow(),
        Id = id,
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = Pod,
        CallerIp = IPAddress.Loopback,
        CallerPort = 1,
        RawMethod = "GET",
        RawTarget = "/metadata/instance",
        Status = 200,
        Milliseconds = 1,
    };

    public static bool IsRequest(JsonElement line) => line.GetProperty("kind").GetString() == "request";
}
