using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Identify;
using ImdsProxy.PolicySource;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>Records the requests that Kestrel itself refuses. Skips a request that already has a record.</summary>
internal sealed class RefusedRecords(
    ICallerSource callers,
    ActivePolicy policy,
    TimeProvider time,
    IAuditLog log,
    CallerRates rates,
    Summaries summaries,
    Action<AuditRecord> requestEnded,
    Action<AuditRecord, bool> ended)
{
    /// <summary>
    /// The maximum number of records that wait for the log: the default number of connections. Kestrel answers a refused request before
    /// its record is written, so without a limit a pod could fill the memory while the log is stalled. Further records count as not written.
    /// </summary>
    public const int MaxWaiting = 512;

    private int _waiting;

    public void Write(IFeatureCollection features)
    {
        var exchange = features.Get<Exchange>() ?? Begin(features);
        if (exchange.IsRecorded)
        {
            return;
        }

        var record = exchange.Record(OutcomeOf(exchange.Mode, features.Get<IBadRequestExceptionFeature>()?.Error));
        requestEnded(record);
        if (!exchange.IsAboveRecordRate || !summaries.TryAdd(record, out _))
        {
            // Kestrel answers at once. Its answer contains nothing from IMDS, so it need not wait for the record.
            _ = WriteAsync(record);
        }
    }

    // The request did not reach the handler, so the proxy knows nothing about it yet, and the caller's rate has not counted it.
    private Exchange Begin(IFeatureCollection features)
    {
        var exchange = new Exchange(new DefaultHttpContext(features), time) { Policy = policy.Current };
        exchange.Caller = callers.Confirm(callers.Find(exchange.Address, exchange.Connection), exchange.Connection, out _);
        exchange.IsAboveRecordRate = !rates.TryTake(exchange.Key);
        return exchange;
    }

    private static Outcome OutcomeOf(PolicyMode mode, Exception? error) => new(Verdict.Rejected, Reason.BadRequest, mode)
    {
        Error = error?.Message,
        Status = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest,
        Bytes = 0,
    };

    private async Task WriteAsync(AuditRecord record)
    {
        try
        {
            ended(record, Interlocked.Increment(ref _waiting) <= MaxWaiting && await log.WriteAsync(record));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
