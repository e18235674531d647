using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.PolicySource;
using Yarp.ReverseProxy.Forwarder;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Serving;

/// <summary>Composes the parts that a request passes.</summary>
internal sealed record Pipeline
{
    public required ServeOptions Options { get; init; }

    public required ICallerSource Callers { get; init; }

    public required ActivePolicy Policy { get; init; }

    public required UpstreamParts Upstream { get; init; }

    public required IAuditLog Audit { get; init; }

    public required Drain Drain { get; init; }

    public required CallerRates Rates { get; init; }

    public required Summaries Summaries { get; init; }

    /// <summary>Is called at the end of each request.</summary>
    public required Action<AuditRecord> RequestEnded { get; init; }

    /// <summary>Is called with each record, and whether it was written.</summary>
    public required Action<AuditRecord, bool> Recorded { get; init; }

    /// <summary>Is called after each request to IMDS, with its status, if any, and the seconds it took.</summary>
    public required Action<Endpoint, int?, double> UpstreamEnded { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Logging { get; init; }

    /// <summary>The handler of all requests.</summary>
    /// <param name="services">The services of the data listener.</param>
    public RequestDelegate Handler(IServiceProvider services)
    {
        var answers = new Answers(Options.Answers);
        var recorder = new Recorder(Audit, Summaries, answers, RequestEnded, Recorded);
        var end = new ForwardingEnd(recorder, UpstreamEnded);
        var forwarding = new Forwarding(
            new StreamForwarder(services.GetRequiredService<IHttpForwarder>(), Upstream.Connections, Options.Upstream),
            new WholeForwarding(Upstream.Fetcher, Upstream.Sharing, Upstream.Lanes, Policy, end, Time),
            Upstream.Lanes,
            Upstream.Sharing,
            Policy,
            end);
        return new EnforcementMiddleware(
            Callers,
            Policy,
            new BodyReader(Options.Listen.MaxBody, Options.Listen.BodyTimeout, Time),
            forwarding,
            recorder,
            Options.Enforce,
            Options.Listen.MaxRequestsPerCaller,
            Rates,
            Drain,
            Time,
            Logging.CreateLogger<EnforcementMiddleware>()).InvokeAsync;
    }
}
