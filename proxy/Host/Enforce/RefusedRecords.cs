using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>Records the requests that Kestrel refuses by itself, unless a request has a record already.</summary>
internal sealed class RefusedRecords(
    ICallerSource callers,
    Func<PolicySnapshot?> policy,
    TimeProvider time,
    IAuditLog log,
    CallerRates rates,
    Summaries summaries,
    Action<AuditRecord> requestEnded,
    Action<AuditRecord, bool> ended)
{
    /// <summary>
    /// Records that may wait for the log: as many as there are connections by default. Such a request is answered before its record
    /// is written, so a pod could otherwise fill the memory while the log is stalled. Further records count as not written.
    /// </summary>
    public const int MostWaiting = 512;

    private int _waiting;

    public void Write(IFeatureCollection features)
    {
        var exchange = features.Get<Exchange>();
        if (exchange?.IsRecorded == true)
        {
            return;
        }

        var record = Of(features, callers, policy(), time);
        requestEnded(record);
        if (!IsAboveRate(exchange, record) || !summaries.TryAdd(record, out _))
        {
            // Kestrel answers at once, and its answer releases nothing that would have to wait for a record.
            _ = WriteAsync(record);
        }
    }

    // The rate of a request that reached the handler was counted there.
    private bool IsAboveRate(Exchange? exchange, AuditRecord record) =>
        exchange?.IsAboveRecordRate ?? !rates.TryTake(record.CallerIp!);

    private async Task WriteAsync(AuditRecord record)
    {
        try
        {
            ended(record, Interlocked.Increment(ref _waiting) <= MostWaiting && await log.WriteAsync(record));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static AuditRecord Of(IFeatureCollection features, ICallerSource callers, PolicySnapshot? policy, TimeProvider time)
    {
        var connection = features.Get<IHttpConnectionFeature>();
        var request = features.Get<IHttpRequestFeature>();
        var error = features.Get<IBadRequestExceptionFeature>()?.Error;
        var address = connection?.RemoteIpAddress ?? IPAddress.None;
        var origin = features.Get<CallerConnection>();
        var caller = CallerOf(callers.Confirm(callers.Find(address), origin?.InterfaceIndex ?? 0), origin);
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
            CallerInterface = origin?.InterfaceName,
            RawMethod = request?.Method,
            RawTarget = request?.RawTarget,
            Error = error?.Message,
            Status = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest,
            Bytes = 0,
            Milliseconds = 0,
        };
    }

    // The connection may belong to a pod that held this address before.
    private static Caller CallerOf(Caller found, CallerConnection? connection) =>
        found is Caller.Pod pod && connection?.IsOf(pod.Identity.Uid) == false ? Caller.Unknown.Instance : found;
}
