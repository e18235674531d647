using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;

namespace ImdsProxy.Enforce;

/// <summary>Ends exchanges: first the record, then the answer.</summary>
internal sealed class Recorder(IAuditLog log, Action<AuditRecord, bool> ended)
{
    /// <summary>
    /// Records how an exchange ends. False where it could be recorded nowhere and is enforced: then nothing of the
    /// answer may leave.
    /// </summary>
    public async ValueTask<bool> RecordAsync(Exchange exchange, Outcome outcome)
    {
        var record = exchange.Record(outcome);
        var written = await log.WriteAsync(record);
        ended(record, written);
        return written || outcome.Mode == PolicyMode.Audit;
    }

    /// <summary>Records an exchange that ends with an answer of the proxy's own, and sends it.</summary>
    public async Task AnswerAsync(Exchange exchange, Outcome outcome, Answer answer)
    {
        var recorded = await RecordAsync(exchange, outcome with { Status = answer.Status, Bytes = answer.Body.Length });
        await AnswerWriter.WriteAsync(exchange.Context, recorded ? answer : Answers.AuditUnavailable());
    }
}
