using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Deny;

namespace ImdsProxy.Enforce;

/// <summary>
/// Ends exchanges: writes the record, then sends the answer. A request above its caller's record rate is counted in a summary
/// instead, unless it issued a credential.
/// </summary>
internal sealed class Recorder(IAuditLog log, Summaries summaries, Answers answers, Action<AuditRecord> requestEnded, Action<AuditRecord, bool> ended)
{
    /// <summary>
    /// Records the outcome of an exchange. Returns false if the record could not be written and the request is in enforce mode. In
    /// that case, no byte of the answer may be sent.
    /// </summary>
    public ValueTask<bool> RecordAsync(Exchange exchange, Outcome outcome) =>
        IsSummed(exchange, outcome) ? ValueTask.FromResult(true) : WriteAsync(exchange, outcome);

    /// <summary>Records an exchange that ends with one of the proxy's own answers, and sends the answer.</summary>
    public Task AnswerAsync(Exchange exchange, Outcome outcome, Answer answer) =>
        AnswerAsync(exchange, outcome, answer, IsSummed(exchange, outcome));

    /// <summary>Records a denial, and sends the answer.</summary>
    /// <param name="exchange">The denied request.</param>
    /// <param name="denial">The reason.</param>
    /// <param name="returned">The withheld credential that IMDS returned, or null.</param>
    /// <param name="upstreamStatus">The status from IMDS, or null if the request was not sent.</param>
    public Task DenyAsync(Exchange exchange, Denial denial, CredentialAnswer? returned = null, int? upstreamStatus = null)
    {
        var outcome = Outcome.Of(denial) with { UpstreamStatus = upstreamStatus, Returned = returned };

        // The answer names the request's id, and a summary replaces this id with its own.
        var isSummed = IsSummed(exchange, outcome);
        return AnswerAsync(exchange, outcome, answers.Denied(denial, exchange.Asker, returned), isSummed);
    }

    /// <summary>Records a request that arrived before the first policy was loaded, and answers it.</summary>
    public Task AnswerNotReadyAsync(Exchange exchange)
    {
        var outcome = new Outcome(Verdict.Denied, Reason.NotReady, PolicyMode.Enforce);
        var isSummed = IsSummed(exchange, outcome);
        return AnswerAsync(exchange, outcome, answers.NotReady(exchange.Asker), isSummed);
    }

    private async Task AnswerAsync(Exchange exchange, Outcome outcome, Answer answer, bool isSummed)
    {
        var recorded = isSummed || await WriteAsync(exchange, outcome with { Status = answer.Status, Bytes = answer.Body.Length });
        await AnswerWriter.WriteAsync(exchange.Context, recorded ? answer : Answers.AuditUnavailable());
    }

    private bool IsSummed(Exchange exchange, in Outcome outcome)
    {
        if (!exchange.IsAboveRecordRate || outcome.Issued is not null)
        {
            return false;
        }

        var record = exchange.Record(outcome);
        if (!summaries.TryAdd(record, out var id))
        {
            return false;
        }

        exchange.JoinSummary(id);
        requestEnded(record);
        return true;
    }

    private async ValueTask<bool> WriteAsync(Exchange exchange, Outcome outcome)
    {
        var record = exchange.Record(outcome);
        var written = await log.WriteAsync(record);
        requestEnded(record);
        ended(record, written);
        return written || outcome.Mode == PolicyMode.Audit;
    }
}
