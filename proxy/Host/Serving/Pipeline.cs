using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.PolicySource;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Serving;

/// <summary>Composes the parts on a request's path.</summary>
internal sealed record Pipeline
{
    public required ServeOptions Options { get; init; }

    public required ICallerSource Callers { get; init; }

    public required ActivePolicy Policy { get; init; }

    public required Forwarder Forwarder { get; init; }

    public required IAuditLog Audit { get; init; }

    public required Drain Drain { get; init; }

    public required CallerRates Rates { get; init; }

    public required Summaries Summaries { get; init; }

    /// <summary>Called at the end of each request.</summary>
    public required Action<AuditRecord> RequestEnded { get; init; }

    /// <summary>Called with each record and a flag that tells whether it was written.</summary>
    public required Action<AuditRecord, bool> Recorded { get; init; }

    /// <summary>Called after each request to IMDS, with the endpoint, the status (if any) and the elapsed seconds.</summary>
    public required Action<Endpoint, int?, double> UpstreamEnded { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Logging { get; init; }

    /// <summary>Creates the handler of all requests.</summary>
    public RequestDelegate Handler()
    {
        var recorder = new Recorder(Audit, Summaries, new Answers(Options.Answers), RequestEnded, Recorded);
        return new EnforcementMiddleware(
            Callers,
            Policy,
            new BodyReader(Options.Listen.MaxBody, Options.Listen.BodyTimeout, Time),
            new Forwarding(Forwarder, Policy, new ForwardingEnd(recorder, UpstreamEnded), Time),
            recorder,
            Options.Enforce,
            Options.Listen.MaxRequestsPerCaller,
            Rates,
            Drain,
            Time,
            Logging.CreateLogger<EnforcementMiddleware>()).InvokeAsync;
    }

    /// <summary>Creates the recorder of requests that Kestrel itself refuses.</summary>
    public RefusedRecords Refused() => new(Callers, Policy, Time, Audit, Rates, Summaries, RequestEnded, Recorded);

    /// <summary>Creates the recorder of the node's own requests.</summary>
    public NodeRecords OfNode() => new(Policy, Time, Audit, Rates, Summaries, RequestEnded, Recorded);
}
