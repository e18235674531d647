using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Identify;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>The record of a request that Kestrel refused by itself, unless the request has one already.</summary>
internal static class RefusedRecord
{
    public static void Write(
        IFeatureCollection features,
        ICallerSource callers,
        PolicySnapshot? policy,
        TimeProvider time,
        IAuditLog log,
        Action<AuditRecord, bool> ended)
    {
        if (features.Get<Exchange>() is { IsRecorded: true })
        {
            return;
        }

        var record = Of(features, callers, policy, time);

        // Kestrel answers without asking; its answer says nothing that a record would have to go before.
        _ = EndAsync(log.WriteAsync(record), record, ended);
    }

    private static async Task EndAsync(ValueTask<bool> written, AuditRecord record, Action<AuditRecord, bool> ended) => ended(record, await written);

    private static AuditRecord Of(IFeatureCollection features, ICallerSource callers, PolicySnapshot? policy, TimeProvider time)
    {
        var connection = features.Get<IHttpConnectionFeature>();
        var request = features.Get<IHttpRequestFeature>();
        var error = features.Get<IBadRequestExceptionFeature>()?.Error;
        var address = connection?.RemoteIpAddress ?? IPAddress.None;
        var caller = callers.Find(address);
        return new AuditRecord
        {
            Timestamp = time.GetUtcNow(),
            Id = features.Get<IHttpRequestIdentifierFeature>()?.TraceIdentifier ?? "",
            Verdict = Verdict.Rejected,
            Reason = Reason.BadRequest,
            Mode = policy?.ModeOf(caller) ?? PolicyMode.Enforce,
            PolicyRevision = policy?.Revision,
            Caller = caller,
            CallerIp = address,
            CallerPort = connection?.RemotePort ?? 0,
            RawMethod = request?.Method,
            RawTarget = request?.RawTarget,
            Error = error?.Message,
            Status = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest,
            Bytes = 0,
            Milliseconds = 0,
        };
    }
}
